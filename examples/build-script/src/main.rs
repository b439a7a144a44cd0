//! Prints the document, or runs one call on a queue with two jobs.

use std::process::ExitCode;

use build_script::{
    METADATA, METADATA_PATH, TOOLS,
    queue::{self, Queue, State},
};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => {
            println!("{METADATA_PATH}\n{METADATA}");
            ExitCode::SUCCESS
        }
        [scope, tool, arguments @ ..] => match call(scope, tool, arguments) {
            Ok(answer) => {
                println!("{}", answer.trim_end());
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        _ => {
            eprintln!("usage: build-script [SCOPES TOOL [ARGUMENT]]");
            ExitCode::from(2)
        }
    }
}

fn call(scope: &str, tool: &str, arguments: &[&str]) -> Result<String, String> {
    let tool = TOOLS.grant(scope).authorize(tool).map_err(|denied| denied.to_string())?;
    let mut queue = Queue::default();
    #[cfg(feature = "changes")]
    for command in ["make docs", "make release"] {
        let _number = queue::start_job(State(&mut queue), command);
    }
    match (tool.name, arguments) {
        ("list_jobs", []) => Ok(queue::list_jobs(State(&mut queue), None)),
        ("list_jobs", [state]) => Ok(queue::list_jobs(State(&mut queue), Some(state))),
        #[cfg(feature = "changes")]
        ("start_job", [command]) => Ok(queue::start_job(State(&mut queue), command).to_string()),
        #[cfg(feature = "changes")]
        ("cancel_job", [job]) => match job.parse() {
            Ok(job) if queue::cancel_job(State(&mut queue), job) => Ok("cancelled".to_owned()),
            Ok(job) => Err(format!("no job {job} is in the queue")),
            Err(_) => Err(format!("`{job}` is not the number of a job")),
        },
        (name, _) => Err(format!("these are not the arguments of `{name}`")),
    }
}
