//! 160 gauges over HTTP.

use axum::Router;
use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::{ServerHandler, tool, tool_handler, tool_router};

/// The server.
#[derive(Clone, Debug)]
pub struct Gauges;

#[mcp_tools]
#[tool_router]
impl Gauges {
    /// Value of gauge 0 of the plant
    #[mcp_tool(scope = "inspect_gauge_0", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_0(&self) -> String {
        "0".to_owned()
    }

    /// Set back gauge 1 of the plant
    #[mcp_tool(scope = "zero_gauge_1", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_1(&self) -> String {
        "1".to_owned()
    }

    /// Calibrate gauge 2 of the plant
    #[mcp_tool(scope = "calibrate_gauge_2", risk = "high")]
    #[tool]
    async fn calibrate_gauge_2(&self) -> String {
        "2".to_owned()
    }

    /// Value of gauge 3 of the plant
    #[mcp_tool(scope = "inspect_gauge_3", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_3(&self) -> String {
        "3".to_owned()
    }

    /// Set back gauge 4 of the plant
    #[mcp_tool(scope = "zero_gauge_4", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_4(&self) -> String {
        "4".to_owned()
    }

    /// Calibrate gauge 5 of the plant
    #[mcp_tool(scope = "calibrate_gauge_5", risk = "high")]
    #[tool]
    async fn calibrate_gauge_5(&self) -> String {
        "5".to_owned()
    }

    /// Value of gauge 6 of the plant
    #[mcp_tool(scope = "inspect_gauge_6", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_6(&self) -> String {
        "6".to_owned()
    }

    /// Set back gauge 7 of the plant
    #[mcp_tool(scope = "zero_gauge_7", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_7(&self) -> String {
        "7".to_owned()
    }

    /// Calibrate gauge 8 of the plant
    #[mcp_tool(scope = "calibrate_gauge_8", risk = "high")]
    #[tool]
    async fn calibrate_gauge_8(&self) -> String {
        "8".to_owned()
    }

    /// Value of gauge 9 of the plant
    #[mcp_tool(scope = "inspect_gauge_9", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_9(&self) -> String {
        "9".to_owned()
    }

    /// Set back gauge 10 of the plant
    #[mcp_tool(scope = "zero_gauge_10", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_10(&self) -> String {
        "10".to_owned()
    }

    /// Calibrate gauge 11 of the plant
    #[mcp_tool(scope = "calibrate_gauge_11", risk = "high")]
    #[tool]
    async fn calibrate_gauge_11(&self) -> String {
        "11".to_owned()
    }

    /// Value of gauge 12 of the plant
    #[mcp_tool(scope = "inspect_gauge_12", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_12(&self) -> String {
        "12".to_owned()
    }

    /// Set back gauge 13 of the plant
    #[mcp_tool(scope = "zero_gauge_13", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_13(&self) -> String {
        "13".to_owned()
    }

    /// Calibrate gauge 14 of the plant
    #[mcp_tool(scope = "calibrate_gauge_14", risk = "high")]
    #[tool]
    async fn calibrate_gauge_14(&self) -> String {
        "14".to_owned()
    }

    /// Value of gauge 15 of the plant
    #[mcp_tool(scope = "inspect_gauge_15", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_15(&self) -> String {
        "15".to_owned()
    }

    /// Set back gauge 16 of the plant
    #[mcp_tool(scope = "zero_gauge_16", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_16(&self) -> String {
        "16".to_owned()
    }

    /// Calibrate gauge 17 of the plant
    #[mcp_tool(scope = "calibrate_gauge_17", risk = "high")]
    #[tool]
    async fn calibrate_gauge_17(&self) -> String {
        "17".to_owned()
    }

    /// Value of gauge 18 of the plant
    #[mcp_tool(scope = "inspect_gauge_18", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_18(&self) -> String {
        "18".to_owned()
    }

    /// Set back gauge 19 of the plant
    #[mcp_tool(scope = "zero_gauge_19", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_19(&self) -> String {
        "19".to_owned()
    }

    /// Calibrate gauge 20 of the plant
    #[mcp_tool(scope = "calibrate_gauge_20", risk = "high")]
    #[tool]
    async fn calibrate_gauge_20(&self) -> String {
        "20".to_owned()
    }

    /// Value of gauge 21 of the plant
    #[mcp_tool(scope = "inspect_gauge_21", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_21(&self) -> String {
        "21".to_owned()
    }

    /// Set back gauge 22 of the plant
    #[mcp_tool(scope = "zero_gauge_22", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_22(&self) -> String {
        "22".to_owned()
    }

    /// Calibrate gauge 23 of the plant
    #[mcp_tool(scope = "calibrate_gauge_23", risk = "high")]
    #[tool]
    async fn calibrate_gauge_23(&self) -> String {
        "23".to_owned()
    }

    /// Value of gauge 24 of the plant
    #[mcp_tool(scope = "inspect_gauge_24", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_24(&self) -> String {
        "24".to_owned()
    }

    /// Set back gauge 25 of the plant
    #[mcp_tool(scope = "zero_gauge_25", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_25(&self) -> String {
        "25".to_owned()
    }

    /// Calibrate gauge 26 of the plant
    #[mcp_tool(scope = "calibrate_gauge_26", risk = "high")]
    #[tool]
    async fn calibrate_gauge_26(&self) -> String {
        "26".to_owned()
    }

    /// Value of gauge 27 of the plant
    #[mcp_tool(scope = "inspect_gauge_27", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_27(&self) -> String {
        "27".to_owned()
    }

    /// Set back gauge 28 of the plant
    #[mcp_tool(scope = "zero_gauge_28", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_28(&self) -> String {
        "28".to_owned()
    }

    /// Calibrate gauge 29 of the plant
    #[mcp_tool(scope = "calibrate_gauge_29", risk = "high")]
    #[tool]
    async fn calibrate_gauge_29(&self) -> String {
        "29".to_owned()
    }

    /// Value of gauge 30 of the plant
    #[mcp_tool(scope = "inspect_gauge_30", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_30(&self) -> String {
        "30".to_owned()
    }

    /// Set back gauge 31 of the plant
    #[mcp_tool(scope = "zero_gauge_31", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_31(&self) -> String {
        "31".to_owned()
    }

    /// Calibrate gauge 32 of the plant
    #[mcp_tool(scope = "calibrate_gauge_32", risk = "high")]
    #[tool]
    async fn calibrate_gauge_32(&self) -> String {
        "32".to_owned()
    }

    /// Value of gauge 33 of the plant
    #[mcp_tool(scope = "inspect_gauge_33", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_33(&self) -> String {
        "33".to_owned()
    }

    /// Set back gauge 34 of the plant
    #[mcp_tool(scope = "zero_gauge_34", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_34(&self) -> String {
        "34".to_owned()
    }

    /// Calibrate gauge 35 of the plant
    #[mcp_tool(scope = "calibrate_gauge_35", risk = "high")]
    #[tool]
    async fn calibrate_gauge_35(&self) -> String {
        "35".to_owned()
    }

    /// Value of gauge 36 of the plant
    #[mcp_tool(scope = "inspect_gauge_36", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_36(&self) -> String {
        "36".to_owned()
    }

    /// Set back gauge 37 of the plant
    #[mcp_tool(scope = "zero_gauge_37", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_37(&self) -> String {
        "37".to_owned()
    }

    /// Calibrate gauge 38 of the plant
    #[mcp_tool(scope = "calibrate_gauge_38", risk = "high")]
    #[tool]
    async fn calibrate_gauge_38(&self) -> String {
        "38".to_owned()
    }

    /// Value of gauge 39 of the plant
    #[mcp_tool(scope = "inspect_gauge_39", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_39(&self) -> String {
        "39".to_owned()
    }

    /// Set back gauge 40 of the plant
    #[mcp_tool(scope = "zero_gauge_40", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_40(&self) -> String {
        "40".to_owned()
    }

    /// Calibrate gauge 41 of the plant
    #[mcp_tool(scope = "calibrate_gauge_41", risk = "high")]
    #[tool]
    async fn calibrate_gauge_41(&self) -> String {
        "41".to_owned()
    }

    /// Value of gauge 42 of the plant
    #[mcp_tool(scope = "inspect_gauge_42", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_42(&self) -> String {
        "42".to_owned()
    }

    /// Set back gauge 43 of the plant
    #[mcp_tool(scope = "zero_gauge_43", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_43(&self) -> String {
        "43".to_owned()
    }

    /// Calibrate gauge 44 of the plant
    #[mcp_tool(scope = "calibrate_gauge_44", risk = "high")]
    #[tool]
    async fn calibrate_gauge_44(&self) -> String {
        "44".to_owned()
    }

    /// Value of gauge 45 of the plant
    #[mcp_tool(scope = "inspect_gauge_45", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_45(&self) -> String {
        "45".to_owned()
    }

    /// Set back gauge 46 of the plant
    #[mcp_tool(scope = "zero_gauge_46", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_46(&self) -> String {
        "46".to_owned()
    }

    /// Calibrate gauge 47 of the plant
    #[mcp_tool(scope = "calibrate_gauge_47", risk = "high")]
    #[tool]
    async fn calibrate_gauge_47(&self) -> String {
        "47".to_owned()
    }

    /// Value of gauge 48 of the plant
    #[mcp_tool(scope = "inspect_gauge_48", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_48(&self) -> String {
        "48".to_owned()
    }

    /// Set back gauge 49 of the plant
    #[mcp_tool(scope = "zero_gauge_49", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_49(&self) -> String {
        "49".to_owned()
    }

    /// Calibrate gauge 50 of the plant
    #[mcp_tool(scope = "calibrate_gauge_50", risk = "high")]
    #[tool]
    async fn calibrate_gauge_50(&self) -> String {
        "50".to_owned()
    }

    /// Value of gauge 51 of the plant
    #[mcp_tool(scope = "inspect_gauge_51", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_51(&self) -> String {
        "51".to_owned()
    }

    /// Set back gauge 52 of the plant
    #[mcp_tool(scope = "zero_gauge_52", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_52(&self) -> String {
        "52".to_owned()
    }

    /// Calibrate gauge 53 of the plant
    #[mcp_tool(scope = "calibrate_gauge_53", risk = "high")]
    #[tool]
    async fn calibrate_gauge_53(&self) -> String {
        "53".to_owned()
    }

    /// Value of gauge 54 of the plant
    #[mcp_tool(scope = "inspect_gauge_54", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_54(&self) -> String {
        "54".to_owned()
    }

    /// Set back gauge 55 of the plant
    #[mcp_tool(scope = "zero_gauge_55", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_55(&self) -> String {
        "55".to_owned()
    }

    /// Calibrate gauge 56 of the plant
    #[mcp_tool(scope = "calibrate_gauge_56", risk = "high")]
    #[tool]
    async fn calibrate_gauge_56(&self) -> String {
        "56".to_owned()
    }

    /// Value of gauge 57 of the plant
    #[mcp_tool(scope = "inspect_gauge_57", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_57(&self) -> String {
        "57".to_owned()
    }

    /// Set back gauge 58 of the plant
    #[mcp_tool(scope = "zero_gauge_58", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_58(&self) -> String {
        "58".to_owned()
    }

    /// Calibrate gauge 59 of the plant
    #[mcp_tool(scope = "calibrate_gauge_59", risk = "high")]
    #[tool]
    async fn calibrate_gauge_59(&self) -> String {
        "59".to_owned()
    }

    /// Value of gauge 60 of the plant
    #[mcp_tool(scope = "inspect_gauge_60", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_60(&self) -> String {
        "60".to_owned()
    }

    /// Set back gauge 61 of the plant
    #[mcp_tool(scope = "zero_gauge_61", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_61(&self) -> String {
        "61".to_owned()
    }

    /// Calibrate gauge 62 of the plant
    #[mcp_tool(scope = "calibrate_gauge_62", risk = "high")]
    #[tool]
    async fn calibrate_gauge_62(&self) -> String {
        "62".to_owned()
    }

    /// Value of gauge 63 of the plant
    #[mcp_tool(scope = "inspect_gauge_63", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_63(&self) -> String {
        "63".to_owned()
    }

    /// Set back gauge 64 of the plant
    #[mcp_tool(scope = "zero_gauge_64", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_64(&self) -> String {
        "64".to_owned()
    }

    /// Calibrate gauge 65 of the plant
    #[mcp_tool(scope = "calibrate_gauge_65", risk = "high")]
    #[tool]
    async fn calibrate_gauge_65(&self) -> String {
        "65".to_owned()
    }

    /// Value of gauge 66 of the plant
    #[mcp_tool(scope = "inspect_gauge_66", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_66(&self) -> String {
        "66".to_owned()
    }

    /// Set back gauge 67 of the plant
    #[mcp_tool(scope = "zero_gauge_67", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_67(&self) -> String {
        "67".to_owned()
    }

    /// Calibrate gauge 68 of the plant
    #[mcp_tool(scope = "calibrate_gauge_68", risk = "high")]
    #[tool]
    async fn calibrate_gauge_68(&self) -> String {
        "68".to_owned()
    }

    /// Value of gauge 69 of the plant
    #[mcp_tool(scope = "inspect_gauge_69", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_69(&self) -> String {
        "69".to_owned()
    }

    /// Set back gauge 70 of the plant
    #[mcp_tool(scope = "zero_gauge_70", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_70(&self) -> String {
        "70".to_owned()
    }

    /// Calibrate gauge 71 of the plant
    #[mcp_tool(scope = "calibrate_gauge_71", risk = "high")]
    #[tool]
    async fn calibrate_gauge_71(&self) -> String {
        "71".to_owned()
    }

    /// Value of gauge 72 of the plant
    #[mcp_tool(scope = "inspect_gauge_72", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_72(&self) -> String {
        "72".to_owned()
    }

    /// Set back gauge 73 of the plant
    #[mcp_tool(scope = "zero_gauge_73", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_73(&self) -> String {
        "73".to_owned()
    }

    /// Calibrate gauge 74 of the plant
    #[mcp_tool(scope = "calibrate_gauge_74", risk = "high")]
    #[tool]
    async fn calibrate_gauge_74(&self) -> String {
        "74".to_owned()
    }

    /// Value of gauge 75 of the plant
    #[mcp_tool(scope = "inspect_gauge_75", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_75(&self) -> String {
        "75".to_owned()
    }

    /// Set back gauge 76 of the plant
    #[mcp_tool(scope = "zero_gauge_76", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_76(&self) -> String {
        "76".to_owned()
    }

    /// Calibrate gauge 77 of the plant
    #[mcp_tool(scope = "calibrate_gauge_77", risk = "high")]
    #[tool]
    async fn calibrate_gauge_77(&self) -> String {
        "77".to_owned()
    }

    /// Value of gauge 78 of the plant
    #[mcp_tool(scope = "inspect_gauge_78", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_78(&self) -> String {
        "78".to_owned()
    }

    /// Set back gauge 79 of the plant
    #[mcp_tool(scope = "zero_gauge_79", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_79(&self) -> String {
        "79".to_owned()
    }

    /// Calibrate gauge 80 of the plant
    #[mcp_tool(scope = "calibrate_gauge_80", risk = "high")]
    #[tool]
    async fn calibrate_gauge_80(&self) -> String {
        "80".to_owned()
    }

    /// Value of gauge 81 of the plant
    #[mcp_tool(scope = "inspect_gauge_81", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_81(&self) -> String {
        "81".to_owned()
    }

    /// Set back gauge 82 of the plant
    #[mcp_tool(scope = "zero_gauge_82", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_82(&self) -> String {
        "82".to_owned()
    }

    /// Calibrate gauge 83 of the plant
    #[mcp_tool(scope = "calibrate_gauge_83", risk = "high")]
    #[tool]
    async fn calibrate_gauge_83(&self) -> String {
        "83".to_owned()
    }

    /// Value of gauge 84 of the plant
    #[mcp_tool(scope = "inspect_gauge_84", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_84(&self) -> String {
        "84".to_owned()
    }

    /// Set back gauge 85 of the plant
    #[mcp_tool(scope = "zero_gauge_85", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_85(&self) -> String {
        "85".to_owned()
    }

    /// Calibrate gauge 86 of the plant
    #[mcp_tool(scope = "calibrate_gauge_86", risk = "high")]
    #[tool]
    async fn calibrate_gauge_86(&self) -> String {
        "86".to_owned()
    }

    /// Value of gauge 87 of the plant
    #[mcp_tool(scope = "inspect_gauge_87", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_87(&self) -> String {
        "87".to_owned()
    }

    /// Set back gauge 88 of the plant
    #[mcp_tool(scope = "zero_gauge_88", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_88(&self) -> String {
        "88".to_owned()
    }

    /// Calibrate gauge 89 of the plant
    #[mcp_tool(scope = "calibrate_gauge_89", risk = "high")]
    #[tool]
    async fn calibrate_gauge_89(&self) -> String {
        "89".to_owned()
    }

    /// Value of gauge 90 of the plant
    #[mcp_tool(scope = "inspect_gauge_90", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_90(&self) -> String {
        "90".to_owned()
    }

    /// Set back gauge 91 of the plant
    #[mcp_tool(scope = "zero_gauge_91", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_91(&self) -> String {
        "91".to_owned()
    }

    /// Calibrate gauge 92 of the plant
    #[mcp_tool(scope = "calibrate_gauge_92", risk = "high")]
    #[tool]
    async fn calibrate_gauge_92(&self) -> String {
        "92".to_owned()
    }

    /// Value of gauge 93 of the plant
    #[mcp_tool(scope = "inspect_gauge_93", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_93(&self) -> String {
        "93".to_owned()
    }

    /// Set back gauge 94 of the plant
    #[mcp_tool(scope = "zero_gauge_94", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_94(&self) -> String {
        "94".to_owned()
    }

    /// Calibrate gauge 95 of the plant
    #[mcp_tool(scope = "calibrate_gauge_95", risk = "high")]
    #[tool]
    async fn calibrate_gauge_95(&self) -> String {
        "95".to_owned()
    }

    /// Value of gauge 96 of the plant
    #[mcp_tool(scope = "inspect_gauge_96", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_96(&self) -> String {
        "96".to_owned()
    }

    /// Set back gauge 97 of the plant
    #[mcp_tool(scope = "zero_gauge_97", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_97(&self) -> String {
        "97".to_owned()
    }

    /// Calibrate gauge 98 of the plant
    #[mcp_tool(scope = "calibrate_gauge_98", risk = "high")]
    #[tool]
    async fn calibrate_gauge_98(&self) -> String {
        "98".to_owned()
    }

    /// Value of gauge 99 of the plant
    #[mcp_tool(scope = "inspect_gauge_99", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_99(&self) -> String {
        "99".to_owned()
    }

    /// Set back gauge 100 of the plant
    #[mcp_tool(scope = "zero_gauge_100", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_100(&self) -> String {
        "100".to_owned()
    }

    /// Calibrate gauge 101 of the plant
    #[mcp_tool(scope = "calibrate_gauge_101", risk = "high")]
    #[tool]
    async fn calibrate_gauge_101(&self) -> String {
        "101".to_owned()
    }

    /// Value of gauge 102 of the plant
    #[mcp_tool(scope = "inspect_gauge_102", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_102(&self) -> String {
        "102".to_owned()
    }

    /// Set back gauge 103 of the plant
    #[mcp_tool(scope = "zero_gauge_103", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_103(&self) -> String {
        "103".to_owned()
    }

    /// Calibrate gauge 104 of the plant
    #[mcp_tool(scope = "calibrate_gauge_104", risk = "high")]
    #[tool]
    async fn calibrate_gauge_104(&self) -> String {
        "104".to_owned()
    }

    /// Value of gauge 105 of the plant
    #[mcp_tool(scope = "inspect_gauge_105", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_105(&self) -> String {
        "105".to_owned()
    }

    /// Set back gauge 106 of the plant
    #[mcp_tool(scope = "zero_gauge_106", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_106(&self) -> String {
        "106".to_owned()
    }

    /// Calibrate gauge 107 of the plant
    #[mcp_tool(scope = "calibrate_gauge_107", risk = "high")]
    #[tool]
    async fn calibrate_gauge_107(&self) -> String {
        "107".to_owned()
    }

    /// Value of gauge 108 of the plant
    #[mcp_tool(scope = "inspect_gauge_108", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_108(&self) -> String {
        "108".to_owned()
    }

    /// Set back gauge 109 of the plant
    #[mcp_tool(scope = "zero_gauge_109", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_109(&self) -> String {
        "109".to_owned()
    }

    /// Calibrate gauge 110 of the plant
    #[mcp_tool(scope = "calibrate_gauge_110", risk = "high")]
    #[tool]
    async fn calibrate_gauge_110(&self) -> String {
        "110".to_owned()
    }

    /// Value of gauge 111 of the plant
    #[mcp_tool(scope = "inspect_gauge_111", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_111(&self) -> String {
        "111".to_owned()
    }

    /// Set back gauge 112 of the plant
    #[mcp_tool(scope = "zero_gauge_112", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_112(&self) -> String {
        "112".to_owned()
    }

    /// Calibrate gauge 113 of the plant
    #[mcp_tool(scope = "calibrate_gauge_113", risk = "high")]
    #[tool]
    async fn calibrate_gauge_113(&self) -> String {
        "113".to_owned()
    }

    /// Value of gauge 114 of the plant
    #[mcp_tool(scope = "inspect_gauge_114", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_114(&self) -> String {
        "114".to_owned()
    }

    /// Set back gauge 115 of the plant
    #[mcp_tool(scope = "zero_gauge_115", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_115(&self) -> String {
        "115".to_owned()
    }

    /// Calibrate gauge 116 of the plant
    #[mcp_tool(scope = "calibrate_gauge_116", risk = "high")]
    #[tool]
    async fn calibrate_gauge_116(&self) -> String {
        "116".to_owned()
    }

    /// Value of gauge 117 of the plant
    #[mcp_tool(scope = "inspect_gauge_117", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_117(&self) -> String {
        "117".to_owned()
    }

    /// Set back gauge 118 of the plant
    #[mcp_tool(scope = "zero_gauge_118", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_118(&self) -> String {
        "118".to_owned()
    }

    /// Calibrate gauge 119 of the plant
    #[mcp_tool(scope = "calibrate_gauge_119", risk = "high")]
    #[tool]
    async fn calibrate_gauge_119(&self) -> String {
        "119".to_owned()
    }

    /// Value of gauge 120 of the plant
    #[mcp_tool(scope = "inspect_gauge_120", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_120(&self) -> String {
        "120".to_owned()
    }

    /// Set back gauge 121 of the plant
    #[mcp_tool(scope = "zero_gauge_121", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_121(&self) -> String {
        "121".to_owned()
    }

    /// Calibrate gauge 122 of the plant
    #[mcp_tool(scope = "calibrate_gauge_122", risk = "high")]
    #[tool]
    async fn calibrate_gauge_122(&self) -> String {
        "122".to_owned()
    }

    /// Value of gauge 123 of the plant
    #[mcp_tool(scope = "inspect_gauge_123", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_123(&self) -> String {
        "123".to_owned()
    }

    /// Set back gauge 124 of the plant
    #[mcp_tool(scope = "zero_gauge_124", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_124(&self) -> String {
        "124".to_owned()
    }

    /// Calibrate gauge 125 of the plant
    #[mcp_tool(scope = "calibrate_gauge_125", risk = "high")]
    #[tool]
    async fn calibrate_gauge_125(&self) -> String {
        "125".to_owned()
    }

    /// Value of gauge 126 of the plant
    #[mcp_tool(scope = "inspect_gauge_126", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_126(&self) -> String {
        "126".to_owned()
    }

    /// Set back gauge 127 of the plant
    #[mcp_tool(scope = "zero_gauge_127", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_127(&self) -> String {
        "127".to_owned()
    }

    /// Calibrate gauge 128 of the plant
    #[mcp_tool(scope = "calibrate_gauge_128", risk = "high")]
    #[tool]
    async fn calibrate_gauge_128(&self) -> String {
        "128".to_owned()
    }

    /// Value of gauge 129 of the plant
    #[mcp_tool(scope = "inspect_gauge_129", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_129(&self) -> String {
        "129".to_owned()
    }

    /// Set back gauge 130 of the plant
    #[mcp_tool(scope = "zero_gauge_130", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_130(&self) -> String {
        "130".to_owned()
    }

    /// Calibrate gauge 131 of the plant
    #[mcp_tool(scope = "calibrate_gauge_131", risk = "high")]
    #[tool]
    async fn calibrate_gauge_131(&self) -> String {
        "131".to_owned()
    }

    /// Value of gauge 132 of the plant
    #[mcp_tool(scope = "inspect_gauge_132", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_132(&self) -> String {
        "132".to_owned()
    }

    /// Set back gauge 133 of the plant
    #[mcp_tool(scope = "zero_gauge_133", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_133(&self) -> String {
        "133".to_owned()
    }

    /// Calibrate gauge 134 of the plant
    #[mcp_tool(scope = "calibrate_gauge_134", risk = "high")]
    #[tool]
    async fn calibrate_gauge_134(&self) -> String {
        "134".to_owned()
    }

    /// Value of gauge 135 of the plant
    #[mcp_tool(scope = "inspect_gauge_135", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_135(&self) -> String {
        "135".to_owned()
    }

    /// Set back gauge 136 of the plant
    #[mcp_tool(scope = "zero_gauge_136", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_136(&self) -> String {
        "136".to_owned()
    }

    /// Calibrate gauge 137 of the plant
    #[mcp_tool(scope = "calibrate_gauge_137", risk = "high")]
    #[tool]
    async fn calibrate_gauge_137(&self) -> String {
        "137".to_owned()
    }

    /// Value of gauge 138 of the plant
    #[mcp_tool(scope = "inspect_gauge_138", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_138(&self) -> String {
        "138".to_owned()
    }

    /// Set back gauge 139 of the plant
    #[mcp_tool(scope = "zero_gauge_139", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_139(&self) -> String {
        "139".to_owned()
    }

    /// Calibrate gauge 140 of the plant
    #[mcp_tool(scope = "calibrate_gauge_140", risk = "high")]
    #[tool]
    async fn calibrate_gauge_140(&self) -> String {
        "140".to_owned()
    }

    /// Value of gauge 141 of the plant
    #[mcp_tool(scope = "inspect_gauge_141", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_141(&self) -> String {
        "141".to_owned()
    }

    /// Set back gauge 142 of the plant
    #[mcp_tool(scope = "zero_gauge_142", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_142(&self) -> String {
        "142".to_owned()
    }

    /// Calibrate gauge 143 of the plant
    #[mcp_tool(scope = "calibrate_gauge_143", risk = "high")]
    #[tool]
    async fn calibrate_gauge_143(&self) -> String {
        "143".to_owned()
    }

    /// Value of gauge 144 of the plant
    #[mcp_tool(scope = "inspect_gauge_144", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_144(&self) -> String {
        "144".to_owned()
    }

    /// Set back gauge 145 of the plant
    #[mcp_tool(scope = "zero_gauge_145", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_145(&self) -> String {
        "145".to_owned()
    }

    /// Calibrate gauge 146 of the plant
    #[mcp_tool(scope = "calibrate_gauge_146", risk = "high")]
    #[tool]
    async fn calibrate_gauge_146(&self) -> String {
        "146".to_owned()
    }

    /// Value of gauge 147 of the plant
    #[mcp_tool(scope = "inspect_gauge_147", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_147(&self) -> String {
        "147".to_owned()
    }

    /// Set back gauge 148 of the plant
    #[mcp_tool(scope = "zero_gauge_148", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_148(&self) -> String {
        "148".to_owned()
    }

    /// Calibrate gauge 149 of the plant
    #[mcp_tool(scope = "calibrate_gauge_149", risk = "high")]
    #[tool]
    async fn calibrate_gauge_149(&self) -> String {
        "149".to_owned()
    }

    /// Value of gauge 150 of the plant
    #[mcp_tool(scope = "inspect_gauge_150", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_150(&self) -> String {
        "150".to_owned()
    }

    /// Set back gauge 151 of the plant
    #[mcp_tool(scope = "zero_gauge_151", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_151(&self) -> String {
        "151".to_owned()
    }

    /// Calibrate gauge 152 of the plant
    #[mcp_tool(scope = "calibrate_gauge_152", risk = "high")]
    #[tool]
    async fn calibrate_gauge_152(&self) -> String {
        "152".to_owned()
    }

    /// Value of gauge 153 of the plant
    #[mcp_tool(scope = "inspect_gauge_153", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_153(&self) -> String {
        "153".to_owned()
    }

    /// Set back gauge 154 of the plant
    #[mcp_tool(scope = "zero_gauge_154", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_154(&self) -> String {
        "154".to_owned()
    }

    /// Calibrate gauge 155 of the plant
    #[mcp_tool(scope = "calibrate_gauge_155", risk = "high")]
    #[tool]
    async fn calibrate_gauge_155(&self) -> String {
        "155".to_owned()
    }

    /// Value of gauge 156 of the plant
    #[mcp_tool(scope = "inspect_gauge_156", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_156(&self) -> String {
        "156".to_owned()
    }

    /// Set back gauge 157 of the plant
    #[mcp_tool(scope = "zero_gauge_157", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    async fn zero_gauge_157(&self) -> String {
        "157".to_owned()
    }

    /// Calibrate gauge 158 of the plant
    #[mcp_tool(scope = "calibrate_gauge_158", risk = "high")]
    #[tool]
    async fn calibrate_gauge_158(&self) -> String {
        "158".to_owned()
    }

    /// Value of gauge 159 of the plant
    #[mcp_tool(scope = "inspect_gauge_159", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn inspect_gauge_159(&self) -> String {
        "159".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Gauges {}

/// Returns the routes of the server.
///
/// # Errors
/// Returns an error if the server cannot be set up.
pub async fn app(issuer: mcp_scopes_server::token::Issuer) -> Result<Router, Box<dyn std::error::Error>> {
    let sessions = LocalSessionManager::default().into();
    let server = mcp_scopes_server::ResourceServer::builder(&TOOLS).issuer(issuer).build().await?;
    let service = mcp_scopes_rmcp::service(&server, || Ok(Gauges), sessions, Default::default())?;
    Ok(Router::new().fallback_service(service))
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static TOOLS = [Gauges::*] with "mcp-scopes.toml";
}

#[cfg(test)]
mod tests {
    use super::Gauges;

    #[test]
    fn is_a_unit() {
        assert_eq!(size_of::<Gauges>(), 0);
    }
}
