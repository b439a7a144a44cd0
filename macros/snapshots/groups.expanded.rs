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
        problem: &::mcp_scopes::__private::v1::Question,
    ) -> &'static [&'static ::mcp_scopes::__private::v1::Tool<'static>] {
        (Self::__mcp_tool_annotation_of_first)(problem);
        #[cfg(all())] (Self::__mcp_tool_annotation_of_second)(problem);
        const {
            &[
                &(Self::__mcp_tool_annotation_of_first)(
                    &::mcp_scopes::__private::v1::Problem::NONE,
                ),
                #[cfg(all())]
                &(Self::__mcp_tool_annotation_of_second)(
                    &::mcp_scopes::__private::v1::Problem::NONE,
                ),
            ]
        }
    }
}
pub mod shell {
    #[mcp_scopes::mcp_tool(risk = "critical")]
    pub fn execute() {}
    #[doc(hidden)]
    pub const fn __mcp_tools_annotation(
        problem: &::mcp_scopes::__private::v1::Question,
    ) -> &'static [&'static ::mcp_scopes::__private::v1::Tool<'static>] {
        (__mcp_tool_annotation_of_execute)(problem);
        const {
            &[
                &(__mcp_tool_annotation_of_execute)(
                    &::mcp_scopes::__private::v1::Problem::NONE,
                ),
            ]
        }
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
        problem: &::mcp_scopes::__private::v1::Question,
    ) -> ::mcp_scopes::__private::v1::States<'static> {
        match place {
            0usize => {
                ::mcp_scopes::__private::v1::States::Group(
                    (Store::<u8>::__mcp_tools_annotation_admin)(problem),
                )
            }
            #[cfg(all())]
            1usize => {
                ::mcp_scopes::__private::v1::States::Group(
                    (shell::__mcp_tools_annotation)(problem),
                )
            }
            2usize => {
                ::mcp_scopes::__private::v1::States::Table(spliced::TOOLS.outline())
            }
            _ => ::mcp_scopes::__private::v1::States::Group(&[]),
        }
    }
    static __MCP_STATED: [::mcp_scopes::__private::v1::States<'static>; 3usize] = {
        let mut stated = [::mcp_scopes::__private::v1::States::Group(&[]); 3usize];
        let mut place = 0;
        while place < 3usize {
            stated[place] = __mcp_state(place, ::mcp_scopes::__private::v1::NO_PROBLEM);
            place += 1;
        }
        stated
    };
    static __MCP_ENTRIES: [::mcp_scopes::__private::v1::Entry<'static>; 3usize] = ::mcp_scopes::__private::v1::entries(
        &__MCP_STATED,
    );
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
    const fn __mcp_blame(place: ::core::primitive::usize) {
        if let ::core::option::Option::Some(problem) = &::mcp_scopes::__private::v1::problem_of_entry(
            __MCP_SOUND,
            &__MCP_FACTS,
            place,
        ) {
            __mcp_state(place, problem);
            ::mcp_scopes::__private::v1::Problem::fail(problem)
        }
    }
    const _: () = if !__MCP_SOUND {
        __mcp_blame(0usize);
    };
    const _: () = if !__MCP_SOUND {
        #[cfg(all())] __mcp_blame(1usize);
    };
    const _: () = if !__MCP_SOUND {
        __mcp_blame(2usize);
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
