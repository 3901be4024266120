//! The library cannot be used, or lacks a function.

super::entries! {
    NOT_FOUND = "library-not-found", Library;
    en: "the library cannot be used", "{path} does not exist",
        "check the path, or install the vendor's library";
    zh: "动态库无法使用", "{path} 不存在",
        "检查路径是否写对，或安装厂商提供的动态库";

    NAME_NOT_FOUND = "library-name-not-found", Library;
    en: "the library cannot be used", "{path} does not exist",
        "the system's search does not find the name: give the path (./{path} for a file in this directory), install the library, or name its directory in LD_LIBRARY_PATH before the program starts";
    zh: "动态库无法使用", "{path} 不存在",
        "系统的搜索路径里找不到这个名字：请写明路径（当前目录下的文件写作 ./{path}）、安装该动态库，或在启动程序之前把它所在目录加入 LD_LIBRARY_PATH";

    DIRECTORY = "library-directory", Library;
    en: "the library cannot be used", "{path} is a directory",
        "give the path of the library file in it";
    zh: "动态库无法使用", "{path} 是目录",
        "请写目录中动态库文件的路径";

    NOT_A_FILE = "library-not-a-file", Library;
    en: "the library cannot be used", "{path} is not a regular file",
        "give the path of the library file";
    zh: "动态库无法使用", "{path} 不是普通文件",
        "请写动态库文件的路径";

    PERMISSION = "library-permission", Library;
    en: "the library cannot be used", "{path} may not be read by this user",
        "make the file readable and its directories searchable (chmod), or run as a user of the device's group";
    zh: "动态库无法使用", "当前用户无权读取 {path}",
        "用 chmod 放开文件的读权限和各级目录的进入权限，或改用密码设备所属用户组的用户运行";

    UNREADABLE = "library-unreadable", Library;
    en: "the library cannot be used", "{path} cannot be read",
        "check the path, the disk and the file system";
    zh: "动态库无法使用", "读取 {path} 失败",
        "检查路径、磁盘和文件系统";

    NOT_A_LIBRARY = "library-not-a-library", Library;
    en: "the library cannot be used", "{path} is not a library of this system but {kind}",
        "{advice}";
    zh: "动态库无法使用", "{path} 不是本系统的动态库，而是{kind}",
        "{advice}";

    DAMAGED = "library-damaged", Library;
    en: "the library cannot be used", "{path} is damaged: {detail}",
        "copy or install it again";
    zh: "动态库无法使用", "{path} 已损坏：{detail}",
        "重新拷贝或重新安装该文件";

    WRONG_ARCHITECTURE = "library-wrong-architecture", Library;
    en: "the library cannot be used", "{path} is for {found}, and this program is for {expected}",
        "install the vendor's package for {expected}, or use a build of this program for {found}";
    zh: "动态库无法使用", "{path} 的目标架构是 {found}，而本程序是 {expected}",
        "安装厂商的 {expected} 版本软件包，或换用本程序的 {found} 版本";

    DEPENDENCY = "library-dependency", Library;
    en: "the library cannot be used", "{path} needs {dependency}, which is not found",
        "install it, or name its directory in LD_LIBRARY_PATH before the program starts or in /etc/ld.so.conf.d (then run ldconfig); `ldd {path}` lists all that is needed";
    zh: "动态库无法使用", "{path} 依赖 {dependency}，系统中找不到",
        "安装该依赖库，或在启动程序之前把其目录加入 LD_LIBRARY_PATH，或写入 /etc/ld.so.conf.d 后执行 ldconfig；用 `ldd {path}` 可列出全部依赖";

    REFUSED = "library-refused", Library;
    en: "the library cannot be used", "the system does not load {path}: {message}",
        "ask the vendor for a build for this system";
    zh: "动态库无法使用", "系统拒绝加载 {path}：{message}",
        "向厂商索取适用于本系统的版本";

    NOT_SDF = "library-not-sdf", Library;
    en: "the library cannot be used", "{path} is not a GM/T 0018 library: it does not export {names}",
        "give the path of the vendor's SDF library (not of its PKCS #11, SKF or management library)";
    zh: "动态库无法使用", "{path} 不是 GM/T 0018 动态库：没有导出 {names}",
        "请写厂商 SDF 动态库的路径（不是 PKCS #11、SKF 或管理工具的动态库）";

    SYMBOL = "library-symbol", Library;
    en: "{what}", "the library does not export {function}, which this operation needs",
        "another library, or do this step in software";
    zh: "{what}", "动态库没有导出该操作所需的函数 {function}",
        "换用其他动态库，或改用软件完成这一步";
}
