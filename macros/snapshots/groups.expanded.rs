use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
pub struct Store<T>(pub T);
impl<T> Store<T>
where
    T: Clone,
{
    #[mcp_tool(risk = "low")]
    pub fn first(&self) -> T {
        self.0.clone()
    }
    #[cfg(all())]
    #[mcp_tool(risk = "low")]
    pub fn second(&self) -> T {
        self.0.clone()
    }
}
impl<T> Store<T>
where
    T: Clone,
{
    #[doc(hidden)]
    pub const fn __mcp_tools_annotation_admin(
        statement: &mut ::mcp_scopes::__private::v1::Statement,
    ) {
        (Self::__mcp_tool_annotation_of_first)(statement);
        #[cfg(all())] (Self::__mcp_tool_annotation_of_second)(statement);
        statement
            .group(const {
                &[
                    &{
                        let mut own = ::mcp_scopes::__private::v1::Statement::EMPTY;
                        (Self::__mcp_tool_annotation_of_first)(&mut own);
                        own.tool
                    },
                    #[cfg(all())]
                    &{
                        let mut own = ::mcp_scopes::__private::v1::Statement::EMPTY;
                        (Self::__mcp_tool_annotation_of_second)(&mut own);
                        own.tool
                    },
                ]
            });
    }
}
pub mod shell {
    #[mcp_scopes::mcp_tool(risk = "critical")]
    pub fn execute() {}
    #[doc(hidden)]
    pub const fn __mcp_tools_annotation(
        statement: &mut ::mcp_scopes::__private::v1::Statement,
    ) {
        (__mcp_tool_annotation_of_execute)(statement);
        statement
            .group(const {
                &[
                    &{
                        let mut own = ::mcp_scopes::__private::v1::Statement::EMPTY;
                        (__mcp_tool_annotation_of_execute)(&mut own);
                        own.tool
                    },
                ]
            });
    }
}
mod spliced {
    #[mcp_scopes::mcp_tool(public, risk = "minimal")]
    fn health_check() {}
    mcp_scopes::scope_table! {
        pub (super) static TOOLS = [health_check];
    }
}
pub static TOOLS: ::mcp_scopes::__private::v1::ScopeTable = {
    #[track_caller]
    const fn __mcp_state(
        place: ::core::primitive::usize,
        statement: &mut ::mcp_scopes::__private::v1::Statement,
    ) {
        match place {
            0usize => (Store::<u8>::__mcp_tools_annotation_admin)(statement),
            #[cfg(all())]
            1usize => (shell::__mcp_tools_annotation)(statement),
            2usize => (statement).table(spliced::TOOLS.outline()),
            3usize => {
                (statement).in_name("run_query");
                (statement).in_scope("db:read");
                (statement).in_scope("db:admin");
                statement
                    .tool_requiring_any_of(
                        "run_query",
                        "high",
                        "",
                        "",
                        &[&["db:read"], &["db:admin"]],
                    );
                statement.parameters(::mcp_scopes::__private::v1::Parameters::Unknown);
            }
            _ => statement.group(&[]),
        }
    }
    static __MCP_ENTRIES: [::mcp_scopes::__private::v1::Entry<'static>; 4usize] = {
        let mut entries = [::mcp_scopes::__private::v1::Entry::Group(&[]); 4usize];
        let mut place = 0;
        while place < 4usize {
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
    const _: () = if !__MCP_SOUND {
        #[cfg(all())] __mcp_check_entry(1usize);
    };
    const _: () = if !__MCP_SOUND {
        __mcp_check_entry(2usize);
    };
    const _: () = if !__MCP_SOUND {
        __mcp_check_entry(3usize);
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
