//! Denials as errors of rmcp.

use mcp_scopes::{Denied, FromDenied, Reason};
use mcp_scopes_server::__private::v1::{DENIAL_META, ProcessDenial};
use rmcp::{
    ErrorData,
    model::{CallToolResult, ContentBlock, ErrorCode, MetaObject},
};

use super::ViaRmcp;

/// Returns a denial as an error of rmcp, for checks inside a tool: the transport cannot answer 401 or 403 there.
///
/// | reason | code |
/// |---|---|
/// | unknown tool | −32602, as rmcp itself answers |
/// | no credentials | 401 |
/// | all others | 403 |
///
/// ```
/// # use mcp_scopes::{Caller, mcp_tool, scope_table};
/// # #[mcp_tool(risk = "low")] fn list_files() {}
/// # scope_table! { static TOOLS = [list_files]; }
/// use rmcp::ErrorData;
///
/// fn check(caller: &Caller) -> Result<(), ErrorData> {
///     caller.authorize("list_files").map_err(mcp_scopes_rmcp::error)?;
///     Ok(())
/// }
/// assert_eq!(check(&Caller::anonymous(&TOOLS)).unwrap_err().code.0, 401);
/// ```
#[must_use]
pub fn error(denied: Denied) -> ErrorData {
    let code = match denied.reason() {
        Reason::UnknownTool => ErrorCode::INVALID_PARAMS,
        Reason::NoCredentials => ErrorCode(401),
        // What a later version adds is denied as well.
        _ => ErrorCode(403),
    };
    ErrorData::new(code, denied.to_string(), None)
}

/// Returns the result of a call that a policy denies.
pub(crate) fn refused_call(denied: ProcessDenial) -> CallToolResult {
    let mut result = CallToolResult::error(vec![ContentBlock::text(denied.sentence)]);
    let mut meta = MetaObject::new();
    meta.insert(DENIAL_META.to_owned(), denied.details);
    result.meta = Some(meta);
    result
}

/// Returns the error of a read that a policy denies.
pub(crate) fn refused_read(denied: ProcessDenial) -> ErrorData {
    let data = serde_json::json!({ DENIAL_META: denied.details });
    ErrorData::new(ErrorCode(403), denied.sentence, Some(data))
}

impl FromDenied<ViaRmcp> for ErrorData {
    fn from_denied(denied: Denied) -> Self {
        error(denied)
    }
}
