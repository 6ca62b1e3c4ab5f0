use std::process::ExitCode;

fn main() -> ExitCode {
    redrive::cli::run()
}
