/// x
#[derive(Debug)]
pub struct Blocked;
