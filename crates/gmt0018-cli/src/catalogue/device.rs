//! The device failed, refused or did not answer.

super::entries! {
    PERMISSION = "device-permission", Device;
    en: "{what}", "{function} returned {code}, and this user may not read and write {file}, a device file that the library names",
        "put the user into the group that owns the device file (`ls -l {file}`) and log in again, or run as another user; `gmt0018 explain {number}` tells more";
    zh: "{what}", "{function} 返回 {code}，且当前用户没有动态库所用设备文件 {file} 的读写权限",
        "用 `ls -l {file}` 查看设备文件所属的用户组，把用户加入该组并重新登录，或换用户运行；`gmt0018 explain {number}` 有详细说明";

    OPEN = "device-open", Device;
    en: "{what}", "{function} returned {code}",
        "check that the card and its driver or configuration file are there, and that no other process holds it; `gmt0018 explain {number}` tells more";
    zh: "{what}", "{function} 返回 {code}",
        "检查密码卡是否插好、驱动是否加载、配置文件是否存在，并确认没有其他进程独占该设备；`gmt0018 explain {number}` 有详细说明";

    UNREACHABLE = "device-unreachable", Device;
    en: "{what}", "{function} returned {code}",
        "check the address and password in swsds.ini and that the machine can be reached; `gmt0018 explain {number}` tells more";
    zh: "{what}", "{function} 返回 {code}",
        "检查 swsds.ini 里的 IP、端口和口令，并确认服务器密码机的网络可达；`gmt0018 explain {number}` 有详细说明";

    CONFIGURATION = "device-configuration", Device;
    en: "{what}", "{function} returned {code}",
        "put swsds.ini in /etc or in the directory the program starts in; `gmt0018 explain {number}` tells more";
    zh: "{what}", "{function} 返回 {code}",
        "把 swsds.ini 放到 /etc 或程序的启动目录；`gmt0018 explain {number}` 有详细说明";

    SESSION_LIMIT = "session-limit", Device;
    en: "{what}", "{function} returned {code}: usually the device has no session left",
        "end other programs that use the card, or pass fewer --sessions; `gmt0018 explain {number}` tells more";
    zh: "{what}", "{function} 返回 {code}：多半是设备的会话数已用尽",
        "关闭其他正在使用密码卡的程序，或减小 --sessions；`gmt0018 explain {number}` 有详细说明";

    BUSY = "device-busy", Device;
    en: "{what}", "{function} returned {code}: all connections to the device are in use",
        "try again when other programs use it less, or make the connection pool larger (poolsize in swsds.ini); `gmt0018 explain {number}` tells more";
    zh: "{what}", "{function} 返回 {code}：到设备的连接都在使用中",
        "等其他程序空闲后重试，或调大连接池（swsds.ini 的 poolsize）；`gmt0018 explain {number}` 有详细说明";

    GONE = "device-gone", Device;
    en: "{what}", "{function} returned {code}: the device does not answer any more",
        "check the card, its driver (dmesg) and the connection, then run `gmt0018 probe`; `gmt0018 explain {number}` tells more";
    zh: "{what}", "{function} 返回 {code}：设备已无响应",
        "检查密码卡、驱动（dmesg）和网络连接，然后运行 `gmt0018 probe`；`gmt0018 explain {number}` 有详细说明";

    UNSUPPORTED = "device-unsupported", Device;
    en: "{what}", "{function} returned {code}",
        "do it in software, or choose the dialect of this vendor (--dialect); `gmt0018 explain {number}` tells more";
    zh: "{what}", "{function} 返回 {code}",
        "改用软件实现，或用 --dialect 选择该厂商的接口变体；`gmt0018 explain {number}` 有详细说明";

    LAYOUT = "layout-mismatch", Device;
    en: "{what}", "{function} reported success but {detail}",
        "the dialect of this vendor (structure layout, number of arguments): --dialect";
    zh: "{what}", "{function} 返回成功，但{detail}",
        "用 --dialect 选择该厂商的接口变体（结构体布局、参数个数与标准不同）";

    UNKNOWN_CODE = "vendor-code-unknown", Device;
    en: "{what}", "{function} returned {code}",
        "look the code up in the vendor's manual, and run `gmt0018 probe`; `gmt0018 explain {number}` tells whose range it is in";
    zh: "{what}", "{function} 返回 {code}",
        "在厂商手册中查该错误码，并运行 `gmt0018 probe`；`gmt0018 explain {number}` 会说明它属于哪个厂商的号段";

    CALL = "device-call", Device;
    en: "{what}", "{function} returned {code}",
        "run `gmt0018 probe`; check the card, its driver and --dialect; `gmt0018 explain {number}` tells more";
    zh: "{what}", "{function} 返回 {code}",
        "运行 `gmt0018 probe`；检查密码卡、驱动和 --dialect；`gmt0018 explain {number}` 有详细说明";

    HANGS = "device-hangs", Device;
    en: "the device did not answer within {limit} s", "{function} of {library} was called {seconds} s ago and has not returned; a call of a C library cannot be interrupted, so the command ended",
        "check the card, its driver and the connection, and whether another process holds it; if it is only slow, pass a longer --timeout";
    zh: "设备在 {limit} 秒内没有响应", "{library} 的 {function} 已调用 {seconds} 秒仍未返回；C 动态库的调用无法中断，命令只能直接退出",
        "检查密码卡、驱动和网络连接，以及是否有其他进程占用设备；如果只是较慢，请调大 --timeout";

    TIME_LIMIT = "time-limit", Device;
    en: "the command was not done within {limit} s", "no function of a library had been called without returning: it was loading {library}, or at its own work",
        "pass a longer --timeout";
    zh: "命令在 {limit} 秒内没有完成", "当时没有未返回的动态库函数调用：命令正在加载 {library}，或在做自身的计算",
        "调大 --timeout";

    STORE_MISSING = "store-missing", Configuration;
    en: "{what}", "{directory} holds no key store",
        "create one with `gmt0018 soft init`, or name another directory with GMT0018_SOFT_DIR";
    zh: "{what}", "{directory} 中没有软件密码卡的密钥库",
        "用 `gmt0018 soft init` 创建，或用 GMT0018_SOFT_DIR 指定其他目录";

    STORE_PERMISSION = "store-permission", Configuration;
    en: "{what}", "no permission for {path}",
        "check its owner and mode, and the user this process runs as";
    zh: "{what}", "没有访问 {path} 的权限",
        "检查其属主和权限位，以及运行本程序的用户";

    STORE_LOCKED = "store-locked", Device;
    en: "{what}", "{path} is locked by another process or session (waited {milliseconds} ms)",
        "try again, or end the process that holds it";
    zh: "{what}", "{path} 被其他进程或会话锁定（已等待 {milliseconds} 毫秒）",
        "稍后重试，或结束占用它的进程";
}
