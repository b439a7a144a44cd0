use mcp_scopes::{mcp_tool, scope_table};
#[allow(dead_code)]
pub async fn list_files(directory: String, depth: Option<u32>) -> Vec<String> {
    vec![directory; depth.unwrap_or(1) as usize]
}
#[doc(hidden)]
#[inline]
pub const fn __mcp_tool_annotation_of_list_files(
    statement: &mut ::mcp_scopes::__private::v1::Statement,
) {
    statement.tool_named_scope("list_files", "low", "", "directory\n?depth")
}
/// Everything this server exposes.
pub static TOOLS: ::mcp_scopes::__private::v1::ScopeTable = {
    #[track_caller]
    const fn __mcp_state(
        place: ::core::primitive::usize,
        statement: &mut ::mcp_scopes::__private::v1::Statement,
    ) {
        match place {
            0usize => (__mcp_tool_annotation_of_list_files)(statement),
            _ => statement.group(&[]),
        }
    }
    static __MCP_ENTRIES: [::mcp_scopes::__private::v1::Entry<'static>; 1usize] = {
        let mut entries = [::mcp_scopes::__private::v1::Entry::Group(&[]); 1usize];
        let mut place = 0;
        while place < 1usize {
            let mut statement = ::mcp_scopes::__private::v1::Statement::EMPTY;
            __mcp_state(place, &mut statement);
            entries[place] = statement.entry();
            place += 1;
        }
        entries
    };
    const __MCP_CONFIG: ::mcp_scopes::__private::v1::Config<'static> = ::mcp_scopes::__private::v1::Config::NONE;
    ::mcp_scopes::__private::v1::table!(
        ::core::concat!(::core::module_path!(), "::", "TOOLS"), & __MCP_ENTRIES,
        __MCP_CONFIG
    );
    ::mcp_scopes::__private::v1::record!(& __MCP_ENTRIES);
    #[track_caller]
    const fn __mcp_further(place: ::core::primitive::usize) {
        if let ::core::option::Option::Some(problem) = &::mcp_scopes::__private::v1::further_problem(
            __MCP_SOUND,
            &__MCP_FACTS,
            1usize,
            place,
        ) {
            ::mcp_scopes::__private::v1::Problem::fail(problem)
        }
    }
    const _: () = __mcp_further(0usize);
    const _: () = __mcp_further(1usize);
    const _: () = __mcp_further(2usize);
    const _: () = __mcp_further(3usize);
    const _: () = __mcp_further(4usize);
    const _: () = __mcp_further(5usize);
    const _: () = __mcp_further(6usize);
    const _: () = __mcp_further(7usize);
    #[track_caller]
    const fn __mcp_check_entry(place: ::core::primitive::usize) {
        if let ::core::option::Option::Some(problem) = &::mcp_scopes::__private::v1::problem_of_entry(
            __MCP_SOUND,
            &__MCP_FACTS,
            place,
        ) {
            __mcp_state(
                place,
                &mut ::mcp_scopes::__private::v1::Statement::about(problem),
            );
            ::mcp_scopes::__private::v1::Problem::fail(problem)
        }
    }
    const _: () = if !__MCP_SOUND {
        __mcp_check_entry(0usize);
    };
    const _: () = if let ::core::option::Option::Some(problem) = &::mcp_scopes::__private::v1::problem_of_section(
        __MCP_SOUND,
        &__MCP_FACTS,
        ::mcp_scopes::__private::v1::Section::Size,
    ) {
        (::mcp_scopes::__private::v1::Problem::fail)(problem)
    };
    const _: () = if let ::core::option::Option::Some(problem) = &::mcp_scopes::__private::v1::problem_of_section(
        __MCP_SOUND,
        &__MCP_FACTS,
        ::mcp_scopes::__private::v1::Section::Scopes,
    ) {
        (::mcp_scopes::__private::v1::Problem::fail)(problem)
    };
    ::mcp_scopes::__private::v1::assembled!()
};
