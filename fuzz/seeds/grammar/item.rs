/// Read
#[mcp_tool(scope = "files:read", risk = "low")]
#[tool(name = "read", annotations(read_only_hint = true))]
pub async fn read(&self, Parameters(args): Parameters<A>, depth: Option<u32>) -> Result<String, E> { body() }