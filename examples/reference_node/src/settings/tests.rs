use fisco_node::identity::NodeId;
use sm_soft::SoftKey;
use sm2_signing::Signer as _;
use tempfile::TempDir;

use super::*;

/// A node's directory with its three files.
pub(crate) struct Files {
    directory: TempDir,
    config: String,
    genesis: String,
    nodes: String,
}

impl Files {
    /// Files as the chain builder writes them, shortened, for these sealers.
    pub(crate) fn new(sealers: &[SoftKey]) -> Self {
        let mut genesis = "[chain]\nsm_crypto=true\ngroup_id=group0\nchain_id=chain0\n\
            [consensus]\nconsensus_type=pbft\nblock_tx_count_limit=1000\nconsensus_timeout=3000\nleader_period=1\n"
            .to_owned();
        for (index, key) in sealers.iter().enumerate() {
            let id = NodeId::new(*key.public_key());
            genesis.push_str(&format!("node.{index}={id}: 1\n"));
        }
        genesis.push_str(
            "[version]\ncompatibility_version=3.16.0\n[tx]\ngas_limit=3000000000\n\
             [executor]\nis_wasm=false\nauth_admin_account=0x01\nis_serial_execute=true\n",
        );
        Self {
            directory: TempDir::new().unwrap(),
            config: "[p2p]\nlisten_ip=127.0.0.1\nlisten_port=30301\nnodes_path=./\nnodes_file=nodes.json\n\
                [rpc]\nlisten_ip=127.0.0.1\nlisten_port=20201\n[consensus]\nmin_seal_time=500\n\
                [storage]\ndata_path=data\n[txpool]\nlimit=15000\n\
                [log]\nenable=true\nlog_path=./log\nlevel=info\nmax_log_file_size=1024\n"
                .to_owned(),
            genesis,
            nodes: r#"{"nodes":["127.0.0.1:30300","127.0.0.1:30301"]}"#.to_owned(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Changes a line of `config.genesis`, which must be there.
    pub(crate) fn change_genesis(&mut self, from: &str, to: &str) {
        assert!(self.genesis.contains(from));
        self.genesis = self.genesis.replace(from, to);
    }

    /// Writes the files and reads them.
    pub(crate) fn read(&self) -> Result<Settings, SettingsError> {
        self.write();
        Settings::read(
            &self.path().join("config.ini"),
            &self.path().join("config.genesis"),
        )
    }

    fn write(&self) {
        std::fs::write(self.path().join("config.ini"), &self.config).unwrap();
        std::fs::write(self.path().join("config.genesis"), &self.genesis).unwrap();
        std::fs::write(self.path().join("nodes.json"), &self.nodes).unwrap();
    }

    fn error(&self) -> String {
        let directory = format!("{}/", self.path().display());
        self.read().unwrap_err().to_string().replace(&directory, "")
    }
}

fn files() -> Files {
    Files::new(&[SoftKey::generate().unwrap(), SoftKey::generate().unwrap()])
}

#[test]
fn every_value_is_read() {
    let files = files();
    let settings = files.read().unwrap();
    assert_eq!(settings.p2p.to_string(), "127.0.0.1:30301");
    assert_eq!(settings.rpc.to_string(), "127.0.0.1:20201");
    assert_eq!(settings.nodes, ["127.0.0.1:30300", "127.0.0.1:30301"]);
    assert_eq!(settings.data, files.path().join("data"));
    assert_eq!(settings.min_seal_time, Duration::from_millis(500));
    assert_eq!(settings.pool_limit, 15_000);
    assert_eq!(settings.transactions_per_block, 1000);
    assert_eq!(settings.consensus_timeout, Duration::from_secs(3));
    assert_eq!(settings.chain.chain_id, "chain0");
    assert_eq!(settings.chain.group_id, "group0");
    assert_eq!(settings.sealers.iter().len(), 2);
    assert_eq!(settings.version, 0x0310_0000);
    let log = LogSettings {
        enable: true,
        path: files.path().join("./log"),
        level: tracing::Level::INFO,
        max_file_size: 1 << 30,
    };
    assert_eq!(settings.log, log);
}

#[test]
fn missing_keys_have_the_defaults_of_fisco_bcos() {
    let mut files = files();
    // A node does not start with an empty file.
    files.config = "[p2p]\nsm_ssl=true\n".to_owned();
    files.change_genesis("consensus_timeout=3000\n", "");
    let settings = files.read().unwrap();
    assert_eq!(settings.p2p.to_string(), "0.0.0.0:30300");
    assert_eq!(settings.rpc.to_string(), "0.0.0.0:20200");
    assert_eq!(settings.min_seal_time, Duration::from_millis(500));
    assert_eq!(settings.pool_limit, 15_000);
    assert_eq!(settings.consensus_timeout, Duration::from_secs(3));
    assert_eq!(settings.data, files.path().join("data"));
    assert!(settings.log.enable);
    assert_eq!(settings.log.level, tracing::Level::INFO);
}

#[test]
fn a_wrong_value_is_named_with_file_line_and_key() {
    for (from, to, expected) in [
        (
            "listen_ip=127.0.0.1\nlisten_port=30301",
            "listen_ip=localhost",
            "config.ini:2: [p2p] listen_ip: \"localhost\" is not an IP address such as 127.0.0.1",
        ),
        (
            "listen_port=30301",
            "listen_port=65536",
            "config.ini:3: [p2p] listen_port: \"65536\" is not a port from 0 to 65535",
        ),
        (
            "listen_port=20201",
            "listen_port=20201 ; rpc",
            "config.ini:8: [rpc] listen_port: \"20201 ; rpc\" is not a port from 0 to 65535",
        ),
        (
            "min_seal_time=500",
            "min_seal_time=0",
            "config.ini:10: [consensus] min_seal_time: \"0\" is not a number of 1 or more",
        ),
        (
            "limit=15000",
            "limit=many",
            "config.ini:14: [txpool] limit: \"many\" is not a number of 1 or more",
        ),
        (
            "level=info",
            "level=loud",
            "config.ini:18: [log] level: \"loud\" is not trace, debug, info, warning, error or fatal",
        ),
        (
            "max_log_file_size=1024",
            "max_log_file_size=-1",
            "config.ini:19: [log] max_log_file_size: \"-1\" is not a number of 1 or more",
        ),
    ] {
        let mut files = files();
        assert!(files.config.contains(from), "{from}");
        files.config = files.config.replacen(from, to, 1);
        assert_eq!(files.error(), expected);
    }
    for (from, to, expected) in [
        (
            "consensus_timeout=3000",
            "consensus_timeout=2999",
            "config.genesis:8: [consensus] consensus_timeout: \"2999\" is not a number of 3000 or more",
        ),
        (
            "consensus_type=pbft",
            "consensus_type=rpbft",
            "config.genesis:6: [consensus] consensus_type: \"rpbft\" is not pbft, the only one that this node has",
        ),
        (
            "chain_id=chain0\n",
            "",
            "config.genesis: [chain] chain_id: the key is missing",
        ),
        (
            "group_id=group0\n",
            "",
            "config.genesis: [chain] group_id: the key is missing",
        ),
        (
            "block_tx_count_limit=1000",
            "block_tx_count_limit=0",
            "config.genesis:7: [consensus] block_tx_count_limit: \"0\" is not a number of 1 or more; write digits only",
        ),
    ] {
        let mut files = files();
        files.change_genesis(from, to);
        assert_eq!(files.error(), expected);
    }
    let mut files = files();
    files.change_genesis(": 1\n", ": 9223372036854775807\n");
    let error = files.error();
    let expected = "config.genesis: [consensus] node.N: the weights add up to more than";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn a_boolean_that_is_none_is_the_default() {
    for (text, expected) in [
        ("false", false),
        ("0", false),
        ("False", true),
        ("no", true),
    ] {
        let mut files = files();
        files.config = files
            .config
            .replace("enable=true", &format!("enable={text}"));
        assert_eq!(files.read().unwrap().log.enable, expected, "{text}");
    }
}

#[test]
fn a_wrong_nodes_json_is_named() {
    for (text, expected) in [
        ("{", "./nodes.json: the file is no JSON: "),
        ("[]", "./nodes.json: \"nodes\" is not a list of addresses"),
        (r#"{"nodes":7}"#, "./nodes.json: \"nodes\" is not a list"),
        (r#"{"nodes":[]}"#, "./nodes.json: \"nodes\" is empty"),
        (
            r#"{"nodes":["127.0.0.1:1",7]}"#,
            "./nodes.json: nodes[1] is 7, not an address and a port such as",
        ),
        (
            r#"{"nodes":["127.0.0.1:1","127.0.0.1:1"]}"#,
            "./nodes.json: nodes[1], 127.0.0.1:1, is there twice",
        ),
    ] {
        let mut files = files();
        files.nodes = text.to_owned();
        let error = files.error();
        assert!(error.starts_with(expected), "{error}");
    }
    for address in [
        "",
        ":1",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:+1",
        "::1:30300",
        "[::1:30300",
        "[127.0.0.1]:30300",
        "a b:1",
        "http://a:1",
    ] {
        let mut files = files();
        files.nodes = format!("{{\"nodes\":[\"{address}\"]}}");
        let error = files.error();
        assert!(
            error.contains("not an address and a port"),
            "{address}: {error}"
        );
    }
    let mut files = files();
    files.nodes = r#"{"nodes":["[::1]:30300","node-1.example:30300"]}"#.to_owned();
    assert_eq!(files.read().unwrap().nodes.len(), 2);
    let many: Vec<String> = (1..=1001).map(|port| format!("\"a:{port}\"")).collect();
    files.nodes = format!("{{\"nodes\":[{}]}}", many.join(","));
    assert!(files.error().contains("1001 nodes, at most 1000"));
    files.nodes = " ".repeat(2 << 20);
    assert!(files.error().contains("more than 1048576 bytes"));
    std::fs::remove_file(files.path().join("nodes.json")).unwrap();
    let error = nodes(&files.path().join("nodes.json")).unwrap_err();
    assert!(error.to_string().contains("the file cannot be read"));
}

#[test]
fn the_genesis_text_is_that_of_fisco_bcos() {
    let files = files();
    let settings = files.read().unwrap();
    let ids: Vec<String> = settings
        .sealers
        .iter()
        .map(|sealer| sealer.key.to_string())
        .collect();
    let expected = format!(
        "[chain]\nsm_crypto:1\nchainID: chain0\ngrouID: group0\n[consensys]\nconsensus_type: pbft\n\
         block_tx_count_limit:1000\nleader_period:1\n[version]\ncompatibility_version:3.16.0\n\
         [tx]\ngaslimit:3000000000\n[executor]\niswasm: 0\nisAuthCheck:0\nauthAdminAccount:0x01\n\
         isSerialExecute:1\nepochSealerNum:4\nepochBlockNum:1000\nnode.0:{},1\nnode.1:{},1\n",
        ids[0], ids[1]
    );
    assert_eq!(settings.extra_data, expected);
    assert!(ids[0] < ids[1]);
}
