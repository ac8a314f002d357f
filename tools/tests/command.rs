//! The command: what it prints, writes and exits with.
#![cfg(feature = "command")]

mod support;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use safetensors::Dtype as Stored;
use serde_json::{Value as Json, json};
use support::Writer;

/// A folder of files for one test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, writer: Writer) -> &Folder {
        fs::write(self.path(name), writer.file()).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anycapture"));
        command.args(arguments).current_dir(self.0.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What it prints, if it exits with `status`.
    fn prints(&self, status: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What it says of trouble.
    fn trouble(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    }

    fn json(&self, status: i32, arguments: &[&str]) -> Json {
        serde_json::from_str(&self.prints(status, arguments)).unwrap()
    }

    /// Width, height and the colours of a picture.
    fn picture(&self, name: &str) -> (u32, u32, Vec<[u8; 3]>) {
        let file = std::io::BufReader::new(fs::File::open(self.path(name)).unwrap());
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let pixels = pixels.chunks_exact(3).map(|pixel| pixel.try_into().unwrap());
        (info.width, info.height, pixels.collect())
    }
}

fn run() -> Writer {
    Writer::new()
        .f32("f.scores", &[2, 2, 2], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, f32::NAN])
        .u64("f.scores#sequence", &[3, 5])
        .i64("f.scores#index", &[2, 2], &[0, 1, 0, -1])
        .f32("loss", &[3], &[0.5, 0.25, 0.125])
        .text("tokens", r#"["cat","mat"]"#)
        .text("anycapture.omitted", r#"["f.tree"]"#)
}

#[test]
fn show_prints_a_line_a_key() {
    let folder = Folder::new();
    let expected = "\
key       calls  type   shape         min  max      mean  NaN  inf
f.scores      2  F32    [2, 2]          0    6         3    1    0
loss          3  F32    []          0.125  0.5  0.291667    0    0
tokens        2  text   \"cat\"
f.tree           other  no numbers
";
    let shown = folder.write("a.safetensors", run()).prints(0, &["show", "a.safetensors"]);
    assert_eq!(shown, expected);
}

#[test]
fn show_prints_the_values_of_a_key() {
    let folder = Folder::new();
    folder.write("a.safetensors", run());
    let expected = "\
call  index  sequence  thread  value
   0   0, 1         3          F32 [2, 2] min 0 max 3 mean 1.5 nan 0 inf 0
   1  0, -1         5          F32 [2, 2] min 4 max 6 mean 5 nan 1 inf 0
";
    assert_eq!(folder.prints(0, &["show", "a.safetensors", "f.scores"]), expected);
    assert_eq!(folder.prints(0, &["show", "a.safetensors", "tokens"]), "\"cat\"\n\"mat\"\n");
}

#[test]
fn show_names_the_nearest_keys() {
    let folder = Folder::new();
    let said = folder.write("a.safetensors", run()).trouble(&["show", "a.safetensors", "f.score"]);
    assert_eq!(
        said,
        "error: a.safetensors: there is no key f.score, the nearest are f.scores, loss\n"
    );
}

#[test]
fn show_chooses_keys_by_pattern() {
    let folder = Folder::new();
    folder.write("a.safetensors", run());
    let shown = folder.prints(0, &["show", "a.safetensors", "--only", "f.*s"]);
    assert_eq!(shown.lines().count(), 2);
    let shown = folder.prints(0, &["show", "a.safetensors", "--only", "*o*", "--only", "f.tree"]);
    assert_eq!(shown.lines().count(), 5);
}

#[test]
fn show_speaks_json() {
    let folder = Folder::new();
    let shown = folder.write("a.safetensors", run()).json(0, &["show", "a.safetensors", "--json"]);
    assert_eq!(shown["keys"][0]["key"], "f.scores");
    assert_eq!(shown["keys"][0]["summary"]["nan"], 1);
    assert_eq!(shown["keys"][1]["summary"]["min"], 0.125);
    assert_eq!(shown["texts"][0]["texts"], json!(["cat", "mat"]));
    assert_eq!(shown["omitted"], json!(["f.tree"]));
    let shown = folder.json(0, &["show", "a.safetensors", "f.scores", "--json"]);
    assert_eq!(shown["values"][1]["index"], json!([0, -1]));
    assert_eq!(shown["values"][1]["sequence"], 5);
}

#[test]
fn standard_input_is_a_file_too() {
    let folder = Folder::new();
    let mut command = folder.command(&["show", "-", "loss"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&run().file()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"call"));

    let mut command = folder.command(&["show", "-"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"no").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "error: standard input: not a safetensors file: it has only 2 bytes\n");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_reader_that_leaves_early_is_no_trouble() {
    let folder = Folder::new();
    folder.write("a.safetensors", Writer::new().f32("x", &[20_000], &vec![1.0; 20_000]));
    let mut command = folder.command(&["show", "a.safetensors", "x"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn diff_exits_with_what_it_found() {
    let folder = Folder::new();
    let x = |element: f32| Writer::new().f32("f.x", &[1, 2], &[1.0, element]);
    folder.write("a", x(2.0)).write("b", x(2.5)).write("empty", Writer::new());
    assert!(folder.prints(0, &["diff", "a", "a"]).starts_with("The two agree in 1 keys"));
    let parted = folder.prints(1, &["diff", "b", "a"]);
    assert!(
        parted
            .starts_with("The two part at `f.x`, call 0, element [1]: 2.5, the reference has 2.0")
    );
    folder.prints(0, &["diff", "b", "a", "--tolerance", "0.5"]);
    folder.prints(0, &["diff", "b", "a", "--relative", "0.2"]);
    folder.prints(1, &["diff", "b", "a", "--relative", "0.1999"]);
    assert!(folder.trouble(&["diff", "a", "missing"]).contains("missing: No such file"));
    assert!(folder.trouble(&["diff", "-", "-"]).contains("only one of the two"));
    assert!(folder.trouble(&["diff", "empty", "empty"]).contains("nothing to compare"));
    assert!(
        folder.trouble(&["diff", "a", "b", "--tolerance", "-1"]).contains("not a number from 0 on")
    );
    assert!(folder.trouble(&["diff", "a", "b", "--tolerance", "much"]).contains("not a number"));
    assert!(folder.trouble(&["diff", "a", "b", "--rename", "x"]).contains("FROM=TO"));
}

#[test]
fn diff_renames_and_chooses_keys() {
    let folder = Folder::new();
    folder.write("a", Writer::new().f32("f.x", &[1], &[1.0]).f32("f.own", &[1], &[1.0]));
    folder.write("b", Writer::new().f32("Net.f.x", &[1], &[1.0]).f32("other", &[1], &[1.0]));
    folder.prints(1, &["diff", "a", "b"]);
    folder.prints(1, &["diff", "a", "b", "--rename", "Net.="]);
    folder.prints(0, &["diff", "a", "b", "--rename", "Net.=", "--common"]);
    folder.prints(0, &["diff", "a", "b", "--rename", "Net.=", "--only", "f.x"]);
    assert!(folder.trouble(&["diff", "a", "b", "--common"]).contains("nothing to compare"));
}

#[test]
fn diff_speaks_json() {
    let folder = Folder::new();
    let x = |element: f32| Writer::new().f32("f.x", &[2, 2], &[1.0, 1.0, 1.0, element]);
    folder.write("a", x(f32::NAN)).write("b", x(2.5));
    let said = folder.json(1, &["diff", "a", "b", "--json"]);
    assert_eq!(said["within"], false);
    let first = json!({
        "key": "f.x", "call": 1, "index": [], "kind": "value", "indices": [1], "ours": "NaN", "reference": 2.5
    });
    assert_eq!(said["first"], first);
    assert_eq!(said["keys"][0]["outside"], 1);
    assert_eq!(
        said["keys"][0]["absolute"],
        json!({ "distance": "inf", "call": 1, "indices": [1] })
    );
    assert_eq!(folder.json(0, &["diff", "a", "a", "--json"])["first"], Json::Null);
}

#[test]
fn numbers_become_a_line() {
    let folder = Folder::new();
    let losses: Vec<f32> = (0..30_u8).map(|step| 1.0 / (1.0 + f32::from(step))).collect();
    let mut broken = losses.clone();
    broken[7] = f32::NAN;
    folder.write("a", Writer::new().f32("loss", &[30], &losses).f32("broken", &[30], &broken));
    assert_eq!(folder.prints(0, &["plot", "a", "loss"]), "wrote loss.png\n");
    let (width, height, pixels) = folder.picture("loss.png");
    assert_eq!((width, height), (1200, 640));
    assert!(pixels.iter().filter(|pixel| **pixel == [31, 98, 184]).count() > 300);
    assert!(!pixels.contains(&[255, 0, 0]));
    folder.prints(0, &["plot", "a", "broken", "-o", "b.png"]);
    assert!(folder.picture("b.png").2.contains(&[255, 0, 0]));
    broken[7] = f32::INFINITY;
    folder.write("a", Writer::new().f32("broken", &[30], &broken));
    folder.prints(0, &["plot", "a", "broken", "-o", "b.png"]);
    assert!(folder.picture("b.png").2.contains(&[255, 0, 0]));
}

#[test]
fn lines_of_any_numbers_are_drawn() {
    let folder = Folder::new();
    let lists: [&[f64]; 8] = [
        &[1.0],
        &[f64::NAN],
        &[0.0, 0.0],
        &[1.0, 1.0 + f64::EPSILON],
        &[f64::MAX, f64::MIN],
        &[5e-324, 0.0],
        &[f64::INFINITY, 1.0, f64::NEG_INFINITY],
        &[1e15, 1e15 + 1.0],
    ];
    for list in lists {
        folder.write("a", Writer::new().f64("x", &[list.len()], list));
        folder.prints(0, &["plot", "a", "x", "-o", "x.png"]);
    }
    folder.write("a", Writer::new().f32("x", &[300_000], &vec![0.5; 300_000]));
    folder.prints(0, &["plot", "a", "x", "-o", "x.png"]);
}

#[test]
fn matrices_become_heat_maps_on_one_scale() {
    let folder = Folder::new();
    let mut maps = vec![0.0; 2 * 3 * 40 * 40];
    maps[..1600].fill(1.0);
    maps[1600] = f32::NAN;
    folder.write("a", Writer::new().f32("maps", &[2, 3, 40, 40], &maps));
    folder.prints(0, &["plot", "a", "maps", "-o", "maps.png"]);
    let (width, height, pixels) = folder.picture("maps.png");
    assert!(width < 2200 && height < 2200);
    let count = |colour: [u8; 3]| pixels.iter().filter(|pixel| **pixel == colour).count();
    let (bright, dark) = (count([252, 255, 164]), count([0, 0, 4]));
    assert!(dark > 4 * bright && bright > 10_000, "{dark} {bright}");
    assert!(count([0, 255, 120]) > 10);

    folder.prints(0, &["plot", "a", "maps", "--call", "1", "--head", "2", "-o", "one.png"]);
    let (_, _, pixels) = folder.picture("one.png");
    assert!(!pixels.contains(&[0, 255, 120]));
    assert!(
        folder.trouble(&["plot", "a", "maps", "--call", "2"]).contains("no call 2, but 2 values")
    );
    assert!(
        folder
            .trouble(&["plot", "a", "maps", "--head", "3"])
            .contains("no head 3: its shape is [3, 40, 40]")
    );
}

#[test]
fn vectors_become_one_heat_map_and_a_single_one_a_line() {
    let folder = Folder::new();
    folder.write("a", Writer::new().f32("x", &[3, 500], &[0.5; 1500]));
    folder.prints(0, &["plot", "a", "x", "-o", "x.png"]);
    folder.prints(0, &["plot", "a", "x", "--call", "1", "-o", "y.png"]);
    assert_eq!(folder.picture("y.png").0, 1200);
}

#[test]
fn what_can_not_be_drawn_is_said() {
    let folder = Folder::new();
    folder.write(
        "a",
        Writer::new().f32("many", &[300, 2, 2], &[0.5; 1200]).f32("none", &[2, 0], &[]),
    );
    assert!(folder.trouble(&["plot", "a", "many"]).contains("300 matrices"));
    assert!(folder.trouble(&["plot", "a", "none"]).contains("no elements"));
    folder.prints(0, &["plot", "a", "many", "--call", "299", "-o", "x.png"]);
    assert!(
        folder
            .trouble(&["plot", "a", "many", "--call", "0", "-o", "no/x.png"])
            .starts_with("error: no/x.png: ")
    );
}

#[test]
fn a_picture_goes_to_standard_output() {
    let folder = Folder::new();
    folder.write("a", run());
    let output = folder.run(&["plot", "a", "loss", "-o", "-"]);
    assert!(output.status.success() && output.stdout.starts_with(b"\x89PNG"));
    assert!(folder.trouble(&["plot", "a", "nothing"]).contains("the nearest are loss"));
}

#[test]
fn heat_maps_of_any_shape_are_drawn() {
    let folder = Folder::new();
    for shape in
        [&[1, 1, 1][..], &[1, 2000, 3], &[1, 3, 2000], &[5, 1, 1, 2, 2], &[2, 7, 1], &[200, 3]]
    {
        let count = shape.iter().product();
        folder.write("a", Writer::new().bytes("x", Stored::U8, shape, &vec![7; count]));
        folder.prints(0, &["plot", "a", "x", "-o", "x.png"]);
    }
    for extreme in [f32::NAN, f32::MAX, f32::MIN, f32::INFINITY] {
        folder.write("a", Writer::new().f32("x", &[1, 2, 2], &[0.0, -1.0, extreme, -extreme]));
        folder.prints(0, &["plot", "a", "x", "-o", "x.png"]);
    }
}

#[test]
fn a_dump_without_values_is_trouble() {
    let folder = Folder::new();
    fs::write(folder.path("ram.bin"), [7; 100]).unwrap();
    let said = folder.trouble(&["dump", "ram.bin"]);
    assert_eq!(said, "error: ram.bin: no values of anycapture's given memory are in this dump\n");
    assert!(folder.trouble(&["dump", "missing"]).contains("missing: No such file"));
}

#[test]
fn help_teaches() {
    let folder = Folder::new();
    let help = folder.prints(0, &["--help"]);
    for taught in ["show", "diff", "plot", "Examples:", "standard input", "Exit status:"] {
        assert!(help.contains(taught), "{taught}");
    }
    assert!(folder.prints(0, &["diff", "--help"]).contains("max(|ours|, |reference|)"));
    assert!(folder.trouble(&["dif"]).contains("diff"));
}
