#!/usr/bin/env python3
"""Checks the ledger's published vectors, and any receipt, without a line of the ledger's code.

    check.py [FOLDER]                          checks the vectors in FOLDER (default: this one)
    check.py --receipt FILE --key PUBLIC.pem --origin NAME
                                               checks one receipt, offline

Python's standard library only. SM3 (GB/T 32905), SM2 (GB/T 32918), canonical JSON (RFC 8785,
integers only) and the Merkle tree (RFC 6962) are written here from their standards, slowly and
plainly, so that the two programs can be wrong only in different ways.
"""

import base64
import json
import pathlib
import re
import sys

# ---------------------------------------------------------------- SM3

MASK = 0xFFFFFFFF
SM3_START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)


def rotate(word, by):
    by %= 32
    return ((word << by) | (word >> (32 - by))) & MASK


def sm3_block(state, block):
    w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ rotate(w[j - 3], 15)
        w.append(x ^ rotate(x, 15) ^ rotate(x, 23) ^ rotate(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        t = 0x79CC4519 if j < 16 else 0x7A879D8A
        ss1 = rotate((rotate(a, 12) + e + rotate(t, j)) & MASK, 7)
        ss2 = ss1 ^ rotate(a, 12)
        ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if j < 16 else (e & f) | (~e & MASK & g)
        tt1 = (ff + d + ss2 + (w[j] ^ w[j + 4])) & MASK
        tt2 = (gg + h + ss1 + w[j]) & MASK
        a, b, c, d = tt1, a, rotate(b, 9), c
        e, f, g, h = tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17), e, rotate(f, 19), g
    return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h)))


def sm3(data):
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    state = SM3_START
    for at in range(0, len(padded), 64):
        state = sm3_block(state, padded[at : at + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


# ---------------------------------------------------------------- SM2

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
DISTINGUISHING_ID = b"1234567812345678"


def add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        slope = (3 * p[0] * p[0] + A) * pow(2 * p[1], -1, P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def multiply(scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def number(value):
    return value.to_bytes(32, "big")


def sm2_verify(point, message, signature):
    """Whether a signature (r and s, 32 bytes each) over a message belongs to a point (65 bytes)."""
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:65], "big")
    if len(point) != 65 or point[0] != 4 or max(x, y) >= P or (y * y - x * x * x - A * x - B) % P:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not (0 < r < N and 0 < s < N) or (r + s) % N == 0:
        return False
    identity = (8 * len(DISTINGUISHING_ID)).to_bytes(2, "big") + DISTINGUISHING_ID
    za = sm3(identity + b"".join(map(number, (A, B, *G, x, y))))
    e = int.from_bytes(sm3(za + message), "big")
    sum_ = add(multiply(s, G), multiply((r + s) % N, (x, y)))
    return sum_ is not None and (e + sum_[0]) % N == r


def public_point(pem):
    """The point of a public key in PEM: the last 65 bytes of a SubjectPublicKeyInfo."""
    lines = [line for line in pem.split("\n") if line and not line.startswith("-----")]
    return base64.b64decode("".join(lines))[-65:]


# ---------------------------------------------------------------- canonical JSON


class Refused(Exception):
    """Something that does not hold."""


LARGEST = 2**53 - 1
SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def canonical(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise Refused(f"integer {value}")
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(SHORT.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"
    raise Refused(f"{type(value).__name__} has no canonical form")


def members(pairs):
    if len(dict(pairs)) != len(pairs):
        raise Refused("a key is repeated")
    return dict(pairs)


def read_canonical(text):
    """Reads a text that is canonical, or refuses it."""
    try:
        value = json.loads(text, object_pairs_hook=members)
    except (ValueError, RecursionError) as error:
        raise Refused(str(error)) from error
    if canonical(value) != text:
        raise Refused("another spelling")
    return value


# ---------------------------------------------------------------- hashes and the tree


def spelt(hash_):
    return base64.urlsafe_b64encode(hash_).rstrip(b"=").decode()


def read_bytes(spelling):
    raw = base64.urlsafe_b64decode(spelling + "=" * (-len(spelling) % 4))
    if spelt(raw) != spelling:
        raise Refused(f"{spelling} is not the spelling of {raw.hex()}")
    return raw


def leaf(data):
    return sm3(b"\x00" + data)


def node(left, right):
    return sm3(b"\x01" + left + right)


def split(count):
    k = 1
    while 2 * k < count:
        k *= 2
    return k


def root(leaves):
    if not leaves:
        return sm3(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))


def path(index, leaves):
    """PATH(m, D[n]) of RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return path(index, leaves[:k]) + [root(leaves[k:])]
    return path(index - k, leaves[k:]) + [root(leaves[:k])]


def subproof(old, leaves, whole):
    """SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2."""
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if old <= k:
        return subproof(old, leaves[:k], whole) + [root(leaves[k:])]
    return subproof(old - k, leaves[k:], False) + [root(leaves[:k])]


def root_from_path(hash_, index, size, proof):
    """The root an inclusion proof leads to, by recursion rather than by bits."""
    if size == 1:
        if proof:
            raise Refused("the proof is too long")
        return hash_
    if not proof:
        raise Refused("the proof is too short")
    k, rest, last = split(size), proof[:-1], proof[-1]
    if index < k:
        return node(root_from_path(hash_, index, k, rest), last)
    return node(last, root_from_path(hash_, index - k, size - k, rest))


# ---------------------------------------------------------------- checkpoints and receipts

CHECKPOINT = re.compile(
    r"([^\s+]+)\n(0|[1-9]\d*)\n([\w-]{43})\ntime (0|-?[1-9]\d*)\n"
    r"(key [\w-]{87} [\w-]{87}\n)?\n— ([^\s+]+) ([\w-]{91})\n(?:— ([^\s+]+) ([\w-]{91})\n)?", re.ASCII
)


def check_checkpoint(text, origin, point):
    """Size and root of a checkpoint, if the key of this log signed it."""
    form = CHECKPOINT.fullmatch(text)
    if not form:
        raise Refused("not a checkpoint")
    found, size, root_, _, keys, signed_by, signature, next_by, by_next = form.groups()
    if not found == signed_by == (next_by or found) == origin:
        raise Refused(f"a checkpoint of {found}")
    if bool(keys) != bool(by_next):
        raise Refused("a hand-over has two keys and two signatures, another checkpoint neither")
    signatures = [read_bytes(one) for one in (signature, by_next) if one]
    raw = next((one for one in signatures if one[:4] == sm3(point)[:4]), None)
    if raw is None:
        raise Refused("signed by another key")
    if not sm2_verify(point, text[: text.index("\n\n") + 1].encode(), raw[4:]):
        raise Refused("the signature does not fit")
    return int(size), read_bytes(root_)


def check_receipt(text, origin, point):
    """What a receipt proves: its record (or None) and the size of the log."""
    receipt = read_canonical(text.strip())
    unknown = set(receipt) - {"Receipt", "act", "checkpoint", "disclosed", "number", "proof", "record"}
    if receipt["Receipt"] != 1 or unknown:
        raise Refused(f"format {receipt['Receipt']}, members {unknown}")
    size, root_ = check_checkpoint(receipt["checkpoint"], origin, point)
    if not 1 <= receipt["number"] <= size:
        raise Refused("the record lies outside the log")
    act, proof = read_bytes(receipt["act"]), [read_bytes(hash_) for hash_ in receipt["proof"]]
    if root_from_path(act, receipt["number"] - 1, size, proof) != root_:
        raise Refused("the proof leads to another root")
    record = receipt.get("record")
    if record is not None:
        if leaf(canonical(record).encode()) != act:
            raise Refused("the record is another act")
        if record["Record"][2] != receipt["number"]:
            raise Refused("the record has another number")
    sealed = {field["name"]: field["hash"] for field in (record or {}).get("personal", [])}
    for shown in receipt.get("disclosed", []):
        if commitment(read_bytes(shown["salt"]), shown["name"], shown["value"]) != sealed.get(shown["name"]):
            raise Refused(f"the value of {shown['name']} is not what was sealed")
    return record, size


def commitment(salt, name, value):
    return spelt(sm3(salt + name.encode() + canonical(value).encode()))


# ---------------------------------------------------------------- the vectors


def expect(condition, what):
    if not condition:
        raise Refused(what)


def refuses(what, check, *arguments):
    try:
        check(*arguments)
    except Refused:
        return
    raise Refused(f"accepted: {what}")


def check_values(vectors):
    for vector in vectors:
        if "refused" in vector:
            refuses(vector["refused"], read_canonical, vector["refused"])
        else:
            expect(canonical(vector["value"]) == vector["canonical"], vector["canonical"])
            expect(read_canonical(vector["canonical"]) == vector["value"], vector["canonical"])


def check_records(vectors):
    for vector in vectors:
        expect(canonical(vector["record"]) == vector["canonical"], vector["name"])
        expect(vector["canonical"].startswith('{"Record":[1,'), vector["name"])
        expect(spelt(leaf(vector["canonical"].encode())) == vector["leaf"], vector["name"])


def check_tree(vectors):
    leaves = []
    for vector in vectors:
        if "leaf" in vector:
            leaves.append(leaf(bytes.fromhex(vector["bytes"])))
            expect(spelt(leaves[-1]) == vector["leaf"], f"leaf {len(leaves)}")
        elif "root" in vector:
            expect(spelt(root(leaves[: vector["size"]])) == vector["root"], f"root {vector['size']}")
        elif "index" in vector:
            index, size = vector["index"], vector["size"]
            proof = path(index, leaves[:size])
            expect(list(map(spelt, proof)) == vector["inclusion"], f"inclusion {index} in {size}")
            expect(root_from_path(leaves[index], index, size, proof) == root(leaves[:size]), f"path {index} in {size}")
        else:
            old, new = vector["old"], vector["new"]
            proof = subproof(old, leaves[:new], True) if old else []
            expect(list(map(spelt, proof)) == vector["consistency"], f"consistency {old} in {new}")


def check_personal(vectors):
    for vector in vectors:
        found = commitment(read_bytes(vector["salt"]), vector["name"], vector["value"])
        expect(found == vector["commitment"], vector["name"])


def check_signed(vectors, check):
    for vector in vectors:
        arguments = vector["text"], vector["origin"], public_point(vector["key"])
        if vector["holds"]:
            check(*arguments)
        else:
            refuses(vector["name"], check, *arguments)


CHECKS = {
    "values": check_values,
    "records": check_records,
    "tree": check_tree,
    "personal": check_personal,
    "checkpoints": lambda vectors: check_signed(vectors, check_checkpoint),
    "receipts": lambda vectors: check_signed(vectors, check_receipt),
}


def check_folder(folder):
    # The standard's own example, so that a wrong SM3 is not blamed on the vectors.
    expect(sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", "SM3 of abc")
    for name, check in CHECKS.items():
        vectors = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        expect(vectors, f"{name} is empty")
        try:
            check(vectors)
        except Refused as refused:
            raise Refused(f"{name}.json: {refused}") from refused
        print(f"{name}.json: {len(vectors)} hold")


def main(arguments):
    try:
        if arguments[:1] == ["--receipt"]:
            options = dict(zip(arguments[::2], arguments[1::2]))
            text, pem = (pathlib.Path(options[name]).read_text(encoding="utf-8") for name in ("--receipt", "--key"))
            record, size = check_receipt(text, options["--origin"], public_point(pem))
            print(f"the receipt holds: sealed in a log of {size} records")
            print(canonical(record) if record else "(redacted: the record is not shown)")
        else:
            check_folder(pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).parent)
    except (Refused, OSError, KeyError, ValueError) as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
