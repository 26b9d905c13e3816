//! A reader's answer and its judge, as the runner puts them together.

include!(env!("DESCENT_ANSWER"));
