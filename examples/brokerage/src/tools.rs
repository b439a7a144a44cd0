//! The tools, by what they are about.
//!
//! | module | holds |
//! |---|---|
//! | [`session`] | what the session itself is about |
//! | [`quotes`] | prices, trades and what is derived from them |
//! | [`derivatives`] | options, warrants and short selling |
//! | [`company`] | what there is to know about a company and who owns it |
//! | [`reports`] | financial reports, valuations and what analysts say |
//! | [`offerings`] | initial public offerings, and what the account ordered of them |
//! | [`community`] | news, and what people write |
//! | [`lists`] | watchlists, lists that are shared, and alerts on prices |
//! | [`screener`] | screens over the whole market |
//! | [`account`] | money and positions of the account |
//! | [`orders`] | orders: those that stand, and new ones |
//! | [`plans`] | plans that buy a security again and again |
//! | [`grids`] | grid orders: buying low and selling high within a range |

pub mod account;
pub mod community;
pub mod company;
pub mod derivatives;
pub mod grids;
pub mod lists;
pub mod offerings;
pub mod orders;
pub mod plans;
pub mod quotes;
pub mod reports;
pub mod screener;
pub mod session;
