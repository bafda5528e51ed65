//! Is the README true? Its console blocks are run and compared, its table of commands is complete.

use std::process::Command;

const README: &str = include_str!("../../../README.md");

fn fadu(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_fadu"))
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .expect("the binary was built for this test");
    String::from_utf8(output.stdout).expect("answers are UTF-8")
}

#[test]
fn commands_shown_answer_as_shown() {
    let mut shown = 0;
    for block in README.split("```console\n").skip(1) {
        let block = block.split("```").next().expect("a block has an end");
        for example in block.split("$ fadu ").skip(1) {
            let (command, answer) = example.split_once('\n').expect("an answer follows");
            let arguments: Vec<&str> = command.split(' ').collect();
            assert_eq!(fadu(&arguments).trim_end(), answer.trim_end(), "{command}");
            shown += 1;
        }
    }
    assert!(shown > 0, "no console block was found");
}

#[test]
fn the_table_of_commands_is_complete() {
    let help = fadu(&["--help"]);
    let list = help.split("Commands:\n").nth(1).expect("the help lists the commands");
    let names = list.lines().take_while(|line| !line.is_empty());
    let names = names.filter_map(|line| line.split_whitespace().next());
    let rows: Vec<&str> = README.lines().filter(|line| line.starts_with("| `")).collect();
    let missing: Vec<&str> = names
        .filter(|name| {
            *name != "help" && !rows.iter().any(|row| row.contains(&format!("`{name}`")))
        })
        .collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
}
