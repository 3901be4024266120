//! The first block, which follows from `config.genesis` alone.

use std::fmt::Write as _;

use fisco_node::{
    block::BlockHeaderData,
    config::{Genesis, ini::Ini},
};

use crate::settings::{ChainName, Settings};

/// The header of the genesis block: the sealers and the configuration; no parent, no roots, time 0.
pub(crate) fn header(settings: &Settings) -> BlockHeaderData {
    let mut header = BlockHeaderData::default();
    header.version = settings.version;
    header.set_sealers(&settings.sealers);
    header.extra_data = settings.extra_data.clone().into_bytes();
    header
}

/// The version of the chain's data, a byte for each part from the highest on; 0 if the file does not say.
pub(crate) fn version(genesis: &Genesis) -> i32 {
    let Some(version) = genesis.compatibility_version() else {
        return 0;
    };
    // Its text is three numbers of a byte each.
    let parts = version.to_string();
    let parts = parts.split('.').map(|part| part.parse::<u8>().unwrap_or(0));
    let version = parts.fold(0_u32, |version, part| (version << 8) | u32::from(part));
    (version << 8).cast_signed()
}

/// The configuration as text, by the pattern of a FISCO BCOS node, whose spelling it keeps.
pub(crate) fn extra_data(genesis: &Genesis, file: &Ini, chain: &ChainName) -> String {
    let text = |section, key, default| {
        let entry = file.entry(section, key);
        entry.map_or(default, |entry| entry.value())
    };
    let flag = |section, key, default| {
        let entry = file.entry(section, key);
        let flag = entry.and_then(|entry| entry.boolean()).unwrap_or(default);
        u8::from(flag)
    };
    let version = genesis.compatibility_version();
    let version = version.map_or_else(String::new, |version| version.to_string());
    let mut lines = format!(
        "[chain]\nsm_crypto:{}\nchainID: {}\ngrouID: {}\n",
        u8::from(genesis.sm_crypto().unwrap_or(false)),
        chain.chain_id,
        chain.group_id
    );
    let parts = [
        format!("[consensys]\nconsensus_type: {}", genesis.consensus_type()),
        format!("block_tx_count_limit:{}", genesis.block_tx_count_limit()),
        format!("leader_period:{}", genesis.leader_period()),
        format!("[version]\ncompatibility_version:{version}"),
        format!("[tx]\ngaslimit:{}", text("tx", "gas_limit", "3000000000")),
        format!("[executor]\niswasm: {}", flag("executor", "is_wasm", false)),
        format!("isAuthCheck:{}", flag("executor", "is_auth_check", false)),
        format!(
            "authAdminAccount:{}",
            text("executor", "auth_admin_account", "")
        ),
        format!(
            "isSerialExecute:{}",
            flag("executor", "is_serial_execute", false)
        ),
        format!(
            "epochSealerNum:{}",
            text("consensus", "epoch_sealer_num", "4")
        ),
        format!(
            "epochBlockNum:{}",
            text("consensus", "epoch_block_num", "1000")
        ),
    ];
    for part in parts {
        lines.push_str(&part);
        lines.push('\n');
    }
    for (index, sealer) in genesis.sealers().as_slice().iter().enumerate() {
        // Writing to a string does not fail.
        let _ = writeln!(lines, "node.{index}:{},{}", sealer.node_id, sealer.weight);
    }
    lines
}
