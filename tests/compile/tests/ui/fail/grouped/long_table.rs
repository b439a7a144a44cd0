//! unknown-group-tool

use mcp_scopes::{mcp_tool, scope_table};

macro_rules! tools {
    ($($name:ident)*) => { $(#[mcp_tool(risk = "low")] fn $name() {})* };
}

tools! {
    tool_0 tool_1 tool_2 tool_3 tool_4 tool_5 tool_6 tool_7 tool_8 tool_9 tool_10
    tool_11 tool_12 tool_13 tool_14 tool_15 tool_16 tool_17 tool_18 tool_19 tool_20 tool_21
    tool_22 tool_23 tool_24 tool_25 tool_26 tool_27 tool_28 tool_29 tool_30 tool_31 tool_32
    tool_33 tool_34 tool_35 tool_36 tool_37 tool_38 tool_39 tool_40 tool_41 tool_42 tool_43
    tool_44 tool_45 tool_46 tool_47 tool_48 tool_49 tool_50 tool_51 tool_52 tool_53 tool_54
    tool_55 tool_56 tool_57 tool_58 tool_59 tool_60 tool_61 tool_62 tool_63 tool_64 tool_65
}

#[mcp_tool(risk = "low", grouped_with("tool_99"))]
fn list_files() {}

#[mcp_tool(risk = "low", grouped_with("tool_88"))]
fn find_files() {}

#[mcp_tool(risk = "low", grouped_with("tool_77"))]
fn move_files() {}

// In a long list, eight entries fail together. Further errors among them are reported at the table.
scope_table! {
    static TOOLS = [
        tool_0, tool_1, tool_2, list_files, tool_3, find_files, tool_4, tool_5, tool_6, tool_7, tool_8,
        tool_9, tool_10, tool_11, tool_12, tool_13, tool_14, tool_15, tool_16, tool_17, tool_18, tool_19,
        tool_20, tool_21, tool_22, tool_23, tool_24, tool_25, tool_26, tool_27, tool_28, tool_29, tool_30,
        tool_31, tool_32, tool_33, tool_34, tool_35, tool_36, tool_37, move_files, tool_38, tool_39, tool_40,
        tool_41, tool_42, tool_43, tool_44, tool_45, tool_46, tool_47, tool_48, tool_49, tool_50, tool_51,
        tool_52, tool_53, tool_54, tool_55, tool_56, tool_57, tool_58, tool_59, tool_60, tool_61, tool_62,
        tool_63, tool_64, tool_65,
    ];
}

fn main() {}
