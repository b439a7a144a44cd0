//! The guard, with every kind of function, argument and caller.
#![deny(warnings)]
#![allow(clippy::all, reason = "written as users may write it")]

use mcp_scopes::{AsCaller, Caller, Denied, Environment, mcp_tool, mcp_tools, scope_table};
use std::sync::Arc;

/// A caller by value, and arguments that are patterns. The patterns are bound in order, after the check.
#[mcp_tool(risk = "low", guard = caller, parameters("pair", "list", "text"), sandbox = simulate(pretend_patterns))]
fn patterns(
    (left, mut right): (String, u32),
    caller: Caller,
    mut list: Vec<u32>,
    ref text @ ref _same: String,
    _: u64,
) -> Result<String, Denied> {
    #![allow(clippy::needless_pass_by_value)]
    let _ = caller;
    right += 1;
    list.push(right);
    Ok(format!("{left}{list:?}{text}"))
}

fn pretend_patterns(pair: (String, u32), _: Caller, list: Vec<u32>, text: String, _: u64) -> Result<String, Denied> {
    Ok(format!("pretended {} {} {}", pair.0, list.len(), text))
}

/// The last expression borrows from a pattern's binding until the function returns.
#[mcp_tool(risk = "low", guard = caller, parameters())]
fn borrows_to_the_end(caller: &Caller, (cell, _): (std::cell::RefCell<u32>, u32)) -> Result<u32, Denied> {
    let _ = caller;
    Ok(*cell.borrow())
}

#[mcp_tool(risk = "low", guard = caller, parameters("items"), sandbox = simulate(pretend_generic))]
async fn generic<'a, T, const N: usize>(
    caller: Option<Caller>,
    items: &'a [T; N],
    _: impl Fn() + Send,
) -> Result<&'a T, Denied>
where
    T: Sync,
{
    let _ = caller;
    Ok(&items[N - 1])
}

async fn pretend_generic<'a, T, const N: usize>(
    _: Option<Caller>,
    items: &'a [T; N],
    _: impl Fn() + Send,
) -> Result<&'a T, Denied> {
    Ok(&items[0])
}

#[mcp_tool(risk = "high", guard = caller)]
unsafe fn unsafely(caller: &mut Caller) -> core::result::Result<u32, Denied>
where
    u32: Copy,
{
    let _ = caller;
    Ok(1)
}

/// An SDK's context, which may contain a caller.
struct Context {
    caller: Option<Arc<Caller>>,
}

impl AsCaller for Context {
    fn as_caller(&self) -> Option<&Caller> {
        self.caller.as_deref()
    }
}

#[derive(Default)]
struct Server {
    calls: u32,
}

#[mcp_tools]
impl Server {
    #[mcp_tool(risk = "low", guard = context, sandbox = simulate(Self::pretend_count))]
    async fn count(&mut self, context: Context) -> Result<u32, Denied> {
        let _ = context;
        self.calls += 1;
        Ok(self.calls)
    }

    async fn pretend_count(&mut self, _: Context) -> Result<u32, Denied> {
        Ok(self.calls + 100)
    }

    #[mcp_tool(risk = "low", guard = context, sandbox = simulate(pretend_consume))]
    fn consume(self: Box<Self>, context: &Context) -> Result<u32, Denied> {
        let _ = context;
        Ok(self.calls)
    }

    #[mcp_tool(risk = "low", guard = context)]
    fn associated(context: &Context) -> Result<Self, Denied> {
        let _ = context;
        Ok(Self::default())
    }
}

fn pretend_consume(_: Box<Server>, _: &Context) -> Result<u32, Denied> {
    Ok(7)
}

scope_table! {
    static TOOLS = [patterns, borrows_to_the_end, generic, unsafely, Server::*];
}

fn run<T>(future: impl Future<Output = T> + Send) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

fn main() {
    let all = "patterns borrows_to_the_end generic unsafely count consume associated";
    let live = Caller::new(TOOLS.grant(all), Environment::Live);
    let trainee = Caller::new(TOOLS.grant(all), Environment::Sandbox);
    let stranger = Caller::anonymous(&TOOLS);

    let call = |caller| patterns(("a".to_owned(), 1), caller, vec![7], "t".to_owned(), 0);
    assert_eq!(call(live).unwrap(), "a[7, 2]t");
    assert_eq!(call(trainee).unwrap(), "pretended a 1 t");
    assert!(call(stranger).is_err());

    assert_eq!(borrows_to_the_end(&live, (5.into(), 0)).unwrap(), 5);
    assert!(borrows_to_the_end(&trainee, (5.into(), 0)).is_err());

    assert_eq!(run(generic(Some(live), &[1, 2], || ())).unwrap(), &2);
    assert_eq!(run(generic(Some(trainee), &[1, 2], || ())).unwrap(), &1);
    assert!(run(generic(None, &[1, 2], || ())).is_err());

    let mut caller = live;
    assert_eq!(unsafe { unsafely(&mut caller) }.unwrap(), 1);

    let context = |caller| Context { caller: Some(Arc::new(caller)) };
    let mut server = Server::associated(&context(live)).unwrap();
    assert!(Server::associated(&Context { caller: None }).is_err());
    assert_eq!(run(server.count(context(live))).unwrap(), 1);
    assert_eq!(run(server.count(context(trainee))).unwrap(), 101);
    assert!(run(server.count(context(stranger))).is_err());
    assert_eq!(Box::new(Server { calls: 3 }).consume(&context(live)).unwrap(), 3);
    assert_eq!(Box::new(server).consume(&context(trainee)).unwrap(), 7);
}
