use mcp_scopes::{Caller, Denied, mcp_tool};
#[allow(dead_code)]
/// Execute system commands
pub async fn execute_command(
    caller: &Caller,
    command: String,
) -> Result<String, Denied> {
    match (::mcp_scopes::__private::v1::guard)(
        &caller,
        "execute_command",
        ::mcp_scopes::__private::v1::location!(),
    ) {
        ::core::result::Result::Ok(::mcp_scopes::__private::v1::Route::Run) => {}
        ::core::result::Result::Ok(::mcp_scopes::__private::v1::Route::Simulate) => {
            return pretend_command(caller, command).await;
        }
        ::core::result::Result::Err(denied) => {
            return ::core::result::Result::Err(
                (::mcp_scopes::__private::v1::refuse)(denied),
            );
        }
    }
    {
        let _ = caller;
        Ok(command)
    }
}
#[doc(hidden)]
#[inline]
pub const fn __mcp_tool_annotation_of_execute_command(
    statement: &mut ::mcp_scopes::__private::v1::Statement,
) {
    (statement).in_scope("system:execute");
    (statement).in_scope("oncall");
    (statement).in_scope("admin");
    (statement).in_prerequisites("health:check");
    (statement).in_group("list_files");
    (statement).in_policy("read_file:/etc/*");
    statement
        .tool_requiring_any_of(
            "execute_command",
            "high",
            "Execute system commands",
            "command",
            &[&["system:execute", "oncall"], &["system:execute", "admin"]],
        );
    statement.approval("user");
    statement.sandbox("simulate");
    statement.tool.title = "Execute";
    statement.tool.prerequisites = &["health:check"];
    statement.tool.grouped_with = &["list_files"];
    statement.tool.examples = &["execute_command uptime"];
    statement.location(::mcp_scopes::__private::v1::location!());
    statement.tool.policy.blocked_after = &["read_file:/etc/*"];
    statement.tool.policy.cooling_period_minutes = ::core::option::Option::Some(5u32);
    statement.tool.policy.max_calls_per_session = ::core::option::Option::Some(3u32);
    statement.tool.policy.idempotent = true;
}
async fn pretend_command(_: &Caller, command: String) -> Result<String, Denied> {
    Ok(command)
}
#[allow(dead_code)]
fn patterns(
    __mcp_0: (u32, u32),
    caller: Option<Caller>,
    mut list: Vec<u32>,
    __mcp_3: bool,
) -> Result<u32, Denied> {
    #![allow(clippy::needless_pass_by_value)]
    if let ::core::result::Result::Err(denied) = (::mcp_scopes::__private::v1::admit)(
        &caller,
        "patterns",
        ::mcp_scopes::__private::v1::location!(),
    ) {
        return ::core::result::Result::Err(
            (::mcp_scopes::__private::v1::refuse)(denied),
        );
    }
    match __mcp_0 {
        (left, right) => {
            match __mcp_3 {
                _ => {
                    list.push(left + right);
                    let _ = caller;
                    Ok(list.len() as u32)
                }
            }
        }
    }
}
#[doc(hidden)]
#[inline]
const fn __mcp_tool_annotation_of_patterns(
    statement: &mut ::mcp_scopes::__private::v1::Statement,
) {
    statement.tool_named_scope("patterns", "low", "", "pair\n?list");
    statement.location(::mcp_scopes::__private::v1::location!());
}
#[allow(dead_code)]
pub fn read_file(path: String) {
    let _ = path;
}
#[doc(hidden)]
#[inline]
pub const fn __mcp_tool_annotation_of_read_file(
    statement: &mut ::mcp_scopes::__private::v1::Statement,
) {
    (statement).in_scope("files:read");
    (statement).in_scope("admin");
    (statement).in_scope("files:system");
    (statement).in_scope("keys:read");
    statement
        .tool_requiring_any_of(
            "read_file",
            "low",
            "",
            "path",
            &[&["files:read"], &["admin"]],
        );
    statement.tool.conditions = &[
        ::mcp_scopes::__private::v1::Condition {
            argument: ::core::option::Option::Some("path"),
            glob: "/etc/*",
            scopes: &["files:system"],
            alternatives: 1u64,
        },
        ::mcp_scopes::__private::v1::Condition {
            argument: ::core::option::Option::None,
            glob: "*.key",
            scopes: &["keys:read"],
            alternatives: 1u64,
        },
    ];
}
