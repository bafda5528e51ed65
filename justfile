# A convenience: everything here is a cargo command or ./test.

# what there is
default:
    @just --list

# format, lints, all tests
quick:
    ./test quick

# everything
test:
    ./test

# proves the law content
check:
    cargo run --release -- check

# imports a year of past cases, walks one live case, finds a changed byte
demo:
    cargo run --release -- demo

# a new procedure's folder: just new-procedure 名称
new-procedure name:
    cargo run --release -- new-procedure {{name}}

# breaks the kernel on purpose; every mutant must be noticed
mutants:
    FADU_MUTANTS=1 cargo test -p fadu-kernel --test mutants

# product against baselines, in one run
bench *goals:
    cargo run --release -- bench {{goals}}

# takes snapshots as they are now; read the diff before you commit it
accept:
    UPDATE_EXPECT=1 cargo test --workspace
    git diff --stat

# the public documentation of the pure crates
doc:
    cargo doc --no-deps -p fadu-kernel -p fadu-certify -p fadu-ledger -p fadu-content --open
