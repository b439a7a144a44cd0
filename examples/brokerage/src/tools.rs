//! The tools, by topic.
//!
//! | module | holds |
//! |---|---|
//! | [`session`] | the session and general market data |
//! | [`quotes`] | prices, trades and derived values |
//! | [`derivatives`] | options, warrants and short selling |
//! | [`company`] | companies and their owners |
//! | [`reports`] | financial reports, valuations and analyst opinions |
//! | [`offerings`] | initial public offerings, and the account's subscriptions |
//! | [`community`] | news and discussions |
//! | [`lists`] | watchlists, shared lists and price alerts |
//! | [`screener`] | screens over the whole market |
//! | [`account`] | money and positions of the account |
//! | [`orders`] | open and new orders |
//! | [`plans`] | recurring purchase plans |
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
