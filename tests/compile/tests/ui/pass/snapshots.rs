//! The inputs of the expansion snapshots, and the committed expansions as normal code.
#![allow(dead_code, unused_imports, clippy::all, reason = "written as users may write it, or by the macros")]

mod least {
    include!("../../../../../macros/snapshots/least.rs");
}
mod least_expanded {
    include!("../../../../../macros/snapshots/least.expanded.rs");
}
mod everything {
    include!("../../../../../macros/snapshots/everything.rs");
}
mod everything_expanded {
    include!("../../../../../macros/snapshots/everything.expanded.rs");
}
mod groups {
    include!("../../../../../macros/snapshots/groups.rs");
}
mod groups_expanded {
    include!("../../../../../macros/snapshots/groups.expanded.rs");
}

fn main() {
    assert_eq!(least::TOOLS.tools().count(), least_expanded::TOOLS.tools().count());
    let names: Vec<&str> = groups::TOOLS.tools().map(|tool| tool.name).collect();
    assert_eq!(names, ["first", "second", "execute", "health_check", "run_query"]);
    assert!(groups_expanded::TOOLS.tools().map(|tool| tool.name).eq(names));
}
