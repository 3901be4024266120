//! The machine and the instruction sets that figures belong to.

use std::{fs, thread};

use sm2_arith::sm3_lanes::has_lanes;
use sm2_batch::Ifma;

/// Prints what [`describe`] says.
pub(crate) fn print() {
    for (what, value) in describe() {
        println!("{what}: {value}");
    }
    println!();
}

/// What to say beside a figure, by name.
pub(crate) fn describe() -> Vec<(&'static str, String)> {
    let cpus = thread::available_parallelism().map_or(1, usize::from);
    let lanes = |lanes: bool, with: &str| if lanes { with } else { "one by one" }.to_owned();
    vec![
        ("CPU", format!("{}, {cpus} CPUs", cpu())),
        ("instruction sets", instruction_sets().join(", ")),
        ("compiled for", compiled_for()),
        (
            "SM2 in batches",
            lanes(Ifma::new().is_some(), "8 lanes, AVX-512 IFMA"),
        ),
        ("SM3 of many", lanes(has_lanes(), "16 lanes, AVX-512")),
    ]
}

/// The name, family and model that Linux gives.
fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let value = |line: &str| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == name).then(|| value.trim().to_owned())
        };
        info.lines().find_map(value)
    };
    let name = field("model name").unwrap_or_else(|| format!("unnamed {}", std::env::consts::ARCH));
    match (field("cpu family"), field("model")) {
        (Some(family), Some(model)) => format!("{name}, family {family} model {model}"),
        _ => name,
    }
}

/// Those that matter here and that the processor has.
fn instruction_sets() -> Vec<&'static str> {
    #[cfg(target_arch = "x86_64")]
    let sets = [
        ("AVX2", is_x86_feature_detected!("avx2")),
        ("BMI2", is_x86_feature_detected!("bmi2")),
        ("ADX", is_x86_feature_detected!("adx")),
        ("AVX-512F", is_x86_feature_detected!("avx512f")),
        ("AVX-512BW", is_x86_feature_detected!("avx512bw")),
        ("AVX-512 IFMA", is_x86_feature_detected!("avx512ifma")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let sets = [];
    let found = sets.into_iter().filter(|(_, found)| *found);
    found.map(|(name, _)| name).collect()
}

/// The compiler's floor; what is chosen at run time goes beyond it.
fn compiled_for() -> String {
    let floor = if cfg!(target_feature = "avx512ifma") {
        "with AVX-512 IFMA"
    } else if cfg!(target_feature = "avx2") {
        "with AVX2"
    } else {
        "baseline"
    };
    format!("{}, {floor}", std::env::consts::ARCH)
}
