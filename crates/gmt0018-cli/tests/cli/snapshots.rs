//! Outputs that are the same on every machine.

#[test]
fn outputs_are_as_committed() {
    trycmd::TestCases::new()
        .env("COLUMNS", "100")
        .env("LC_ALL", "C")
        .env("GMT0018_LIB", "")
        .env("GMT0018_PASSWORD", "")
        .env("GMT0018_SOFT_DIR", "/nonexistent/store")
        .case("tests/cmd/*.trycmd");
}
