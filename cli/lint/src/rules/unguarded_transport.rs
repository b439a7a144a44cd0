use crate::{
    lint_model::Package,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "unguarded-transport",
    category: LeastPrivilege,
    level: Deny,
    summary: "transport of a server with a scope table that nothing protects",
    reason: "a scope table alone checks no call: a layer, a guarded handler or `guard` on each tool does",
    check: package(check),
};

fn check(package: &Package, reporter: &mut Reporter<'_>) {
    // Tools that check their callers themselves need no protection around them.
    if package.tables.is_empty() || package.is_guarded {
        return;
    }
    let anywhere = package.server.is_protected || package.has_guard;
    for transport in package.server.transports.iter().filter(|transport| !transport.is_protected) {
        let call = &transport.call;
        let help = "put `ResourceServer` in front with `mcp_scopes_rmcp::service` or `.layer(..)`, or serve \
                    `mcp_scopes_rmcp::guard(..)`; for stdio, with `StdioCredentials`";
        if anywhere {
            let message = format!("`{call}` starts a transport, and no layer or guard is in sight");
            let help = format!("{help}; if other code protects it, allow this with a comment that says where");
            reporter.report(message).at(&transport.place).about(call).help(help).at_most_warning();
        } else {
            let message = format!("`{call}` starts a transport, and nothing in the package protects it");
            reporter.report(message).at(&transport.place).about(call).help(help);
        }
    }
}
