//! What gets as far as the system's loader, and searches.

use std::fs;
use std::path::Path;

use gmt0018_sys::{Chapter, Edition, Library, LoadError, MANDATORY, SYMBOLS, candidates};

use crate::{FOUR, compile, directory, open, refused, write};

#[test]
fn a_library_of_the_four_is_loaded_and_lacks_the_rest() {
    let directory = directory();
    let Some(path) = compile(&directory, "libfour.so", FOUR, &[]) else {
        return;
    };
    let library = open(&path).unwrap();
    assert_eq!(library.path(), path);
    for name in MANDATORY {
        assert!(library.has(name));
    }
    let missing: Vec<_> = library.missing().collect();
    assert_eq!(missing.len(), SYMBOLS.len() - MANDATORY.len());
    assert!(missing.iter().all(|symbol| !symbol.is_mandatory()));
    let sign = missing
        .iter()
        .find(|symbol| symbol.name == "SDF_InternalSign_ECC")
        .unwrap();
    assert_eq!(
        (sign.chapter, sign.edition),
        (Chapter::Asymmetric, Edition::Both)
    );
    assert!(!library.has("SDF_InternalSign_ECC"));

    let functions = *library.functions();
    drop(library);
    let mut device = std::ptr::null_mut();
    // SAFETY: the function writes one handle, and stays loaded after its library was dropped.
    let code = unsafe { functions.SDF_OpenDevice.unwrap()(&raw mut device) };
    assert_eq!((code, device.addr()), (0, 0x1234));
    // SAFETY: the function looks at the number only.
    let code = unsafe { functions.SDF_CloseDevice.unwrap()(device) };
    assert_eq!(code, 0);
}

#[test]
fn all_parameters_arrive_in_their_places() {
    let directory = directory();
    let source = format!(
        "{FOUR}
        #include \"{}\"
        int SDF_AuthDec(void *s, void *k, unsigned int alg, unsigned char *sv,
            unsigned int sv_len, unsigned char *aad, unsigned int aad_len, unsigned char *tag,
            unsigned int tag_len, unsigned char *in, unsigned int in_len, unsigned char *out,
            unsigned int *out_len)
        {{
            *out_len = in_len + 1;
            return s == (void *)1 && k == (void *)2 && alg == SGD_SM4_GCM && *sv == 4
                && sv_len == 5 && *aad == 6 && aad_len == 7 && *tag == 8 && tag_len == 9
                && *in == 10 && in_len == 11 && *out == 12 ? 0 : 1;
        }}",
        concat!(env!("CARGO_MANIFEST_DIR"), "/include/gmt0018.h"),
    );
    let Some(path) = compile(&directory, "libargs.so", &source, &[]) else {
        return;
    };
    let library = open(path).unwrap();
    let (mut sv, mut aad, mut tag, mut input, mut output) = (4, 6, 8, 10, 12);
    let mut output_length = 0;
    // SAFETY: the function reads one byte behind each pointer and writes the length.
    let code = unsafe {
        library.functions().SDF_AuthDec.unwrap()(
            std::ptr::without_provenance_mut(1),
            std::ptr::without_provenance_mut(2),
            gmt0018_sys::SGD_SM4_GCM,
            &raw mut sv,
            5,
            &raw mut aad,
            7,
            &raw mut tag,
            9,
            &raw mut input,
            11,
            &raw mut output,
            &raw mut output_length,
        )
    };
    assert_eq!((code, output_length), (0, 12));
}

#[test]
fn unmet_dependency() {
    let directory = directory();
    let source = "int vendor_transport(void) { return 0; }";
    let Some(needed) = compile(&directory, "libvendortransport.so", source, &[]) else {
        return;
    };
    // By its bare name, as vendors' libraries are linked.
    let here = format!("-L{}", directory.path().display());
    let arguments = ["-Wl,--no-as-needed", &here, "-lvendortransport"];
    let source = format!(
        "{FOUR} int vendor_transport(void); int use(void) {{ return vendor_transport(); }}"
    );
    let path = compile(&directory, "libcard.so", &source, &arguments).unwrap();
    fs::remove_file(&needed).unwrap();
    let error = refused(&path, "LD_LIBRARY_PATH");
    assert!(
        matches!(&error, LoadError::UnmetDependency { dependency, .. } if dependency == "libvendortransport.so"),
        "{error:?}"
    );
    // By a path, as libraries without a name of their own are linked.
    let needed = compile(&directory, "libunnamed.so", "int unnamed;", &[]).unwrap();
    let arguments = ["-Wl,--no-as-needed", needed.to_str().unwrap()];
    let by_path = compile(&directory, "libbypath.so", "int by_path;", &arguments).unwrap();
    fs::remove_file(&needed).unwrap();
    let error = refused(by_path, needed.to_str().unwrap());
    assert!(
        matches!(error, LoadError::UnmetDependency { .. }),
        "{error:?}"
    );
    // Through a library that is there.
    let run_path = format!("-Wl,-rpath,{}", directory.path().display());
    let arguments = [
        "-Wl,--no-as-needed",
        &here,
        &run_path,
        "-Wl,--allow-shlib-undefined",
        "-l:libcard.so",
    ];
    let outer = compile(&directory, "libouter.so", "int outer;", &arguments).unwrap();
    let error = refused(outer, "libvendortransport.so, which is not found");
    assert!(
        matches!(error, LoadError::UnmetDependency { .. }),
        "{error:?}"
    );
}

#[test]
fn undefined_symbol_is_told_in_the_system_s_words() {
    let directory = directory();
    let source = format!("{FOUR} int nowhere(void); int use(void) {{ return nowhere(); }}");
    let Some(path) = compile(&directory, "libhole.so", &source, &[]) else {
        return;
    };
    let error = refused(path, "nowhere");
    assert!(matches!(error, LoadError::Refused { .. }), "{error:?}");
}

#[test]
fn library_without_a_mandatory_function() {
    let directory = directory();
    let source = FOUR.replace("SDF_CloseSession", "SDF_CloseSessionOld");
    let Some(path) = compile(&directory, "libthree.so", &source, &[]) else {
        return;
    };
    let error = refused(path, "SDF_CloseSession;");
    assert!(
        matches!(&error, LoadError::MissingMandatory { names, .. } if *names == ["SDF_CloseSession"]),
        "{error:?}"
    );
}

#[test]
fn a_search_goes_on_and_tells_every_cause() {
    let directory = directory();
    let text = write(&directory, "libtext.so", b"hello");
    let nowhere = directory.path().join("libnowhere.so");
    let paths = vec![nowhere.clone(), text.clone(), directory.path().to_owned()];
    // SAFETY: none of the paths is a library.
    let error = unsafe { Library::open_first(paths.clone()) }.unwrap_err();
    let told = error.to_string();
    for path in &paths {
        assert!(told.contains(path.to_str().unwrap()), "{told}");
    }
    assert!(
        told.contains("a text file") && told.contains("is a directory"),
        "{told}"
    );
    let LoadError::NotFound { tried } = error else {
        panic!("{error:?}")
    };
    let tried: Vec<_> = tried.iter().filter_map(LoadError::path).collect();
    assert_eq!(tried, paths);

    let Some(good) = compile(&directory, "libgood.so", FOUR, &[]) else {
        return;
    };
    // SAFETY: the one library is made of the code above.
    let library = unsafe { Library::open_first([nowhere, text, good.clone()]) }.unwrap();
    assert_eq!(library.path(), good);
}

#[test]
fn the_search_covers_the_usual_places() {
    let candidates = candidates();
    let place = |path: &str| {
        candidates
            .iter()
            .position(|candidate| candidate == Path::new(path))
    };
    let fisco = place("/usr/local/lib/libgmt0018.so").unwrap();
    let sansec = place("/usr/lib64/libswsds.so").unwrap();
    let bare = place("libgmt0018.so").unwrap();
    assert!(fisco < sansec && sansec < bare);
    for path in [
        "/lib64/libsdf.so",
        "/usr/lib/libgmt0018.so",
        "/lib/libswsds.so",
    ] {
        assert!(place(path).is_some(), "{path}");
    }
    // A software card is never what a search finds: it has to be asked for.
    assert!(
        !candidates
            .iter()
            .any(|path| path.to_string_lossy().contains("soft"))
    );
}
