//! The machine that measures.

use serde::Serialize;

/// What a measurement depends on besides the card.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) architecture: &'static str,
    /// The extensions that matter for this work, of those the processor has.
    pub(crate) instruction_sets: Vec<&'static str>,
    pub(crate) operating_system: &'static str,
    /// The processors that this process may use.
    pub(crate) processors: Option<usize>,
}

impl Machine {
    /// Asks the system and the processor.
    pub(crate) fn new() -> Self {
        let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self {
            cpu: cpu_name(&information).unwrap_or_else(|| "unknown".to_owned()),
            architecture: std::env::consts::ARCH,
            instruction_sets: instruction_sets(),
            operating_system: std::env::consts::OS,
            processors: std::thread::available_parallelism().ok().map(usize::from),
        }
    }

    /// On one line.
    pub(crate) fn text(&self) -> String {
        let processors = self
            .processors
            .map_or_else(|| "?".to_owned(), |count| count.to_string());
        format!(
            "cpu {}; {} with {}; processors {processors}",
            self.cpu,
            self.architecture,
            match self.instruction_sets.as_slice() {
                [] => "no extension of interest".to_owned(),
                sets => sets.join(" "),
            }
        )
    }
}

/// The name in the kernel's list; processors of ARM have a part number in its place.
fn cpu_name(information: &str) -> Option<String> {
    let field = |name: &str| {
        information.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            let value: String = value.chars().filter(|c| !c.is_control()).collect();
            (key.trim() == name && !value.trim().is_empty()).then(|| value.trim().to_owned())
        })
    };
    field("model name")
        .or_else(|| field("Model"))
        .or_else(|| field("Hardware"))
        .or_else(|| {
            Some(format!(
                "implementer {}, part {}",
                field("CPU implementer")?,
                field("CPU part")?
            ))
        })
}

#[cfg(target_arch = "x86_64")]
fn instruction_sets() -> Vec<&'static str> {
    [
        ("avx2", std::is_x86_feature_detected!("avx2")),
        ("bmi2", std::is_x86_feature_detected!("bmi2")),
        ("adx", std::is_x86_feature_detected!("adx")),
        ("avx512f", std::is_x86_feature_detected!("avx512f")),
        ("avx512ifma", std::is_x86_feature_detected!("avx512ifma")),
        ("aes", std::is_x86_feature_detected!("aes")),
        ("gfni", std::is_x86_feature_detected!("gfni")),
    ]
    .into_iter()
    .filter_map(|(name, there)| there.then_some(name))
    .collect()
}

#[cfg(target_arch = "aarch64")]
fn instruction_sets() -> Vec<&'static str> {
    [
        ("neon", std::arch::is_aarch64_feature_detected!("neon")),
        ("sve", std::arch::is_aarch64_feature_detected!("sve")),
        ("aes", std::arch::is_aarch64_feature_detected!("aes")),
        ("sm4", std::arch::is_aarch64_feature_detected!("sm4")),
    ]
    .into_iter()
    .filter_map(|(name, there)| there.then_some(name))
    .collect()
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn instruction_sets() -> Vec<&'static str> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_processors() {
        let name = |text: &str| cpu_name(text);
        assert_eq!(name("processor\t: 0\nmodel name\t: A B\n").unwrap(), "A B");
        let arm = "CPU implementer\t: 0x48\nCPU part\t: 0xd01\n";
        assert_eq!(name(arm).unwrap(), "implementer 0x48, part 0xd01");
        assert_eq!(name("model name\t: \u{1b}[2J\n").unwrap(), "[2J");
        assert_eq!(name(""), None);
    }
}
