package org.swav4j.pickle;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/** Pickles that must be refused: what they are → their bytes, in a fixed order. */
final class HostilePickles {
    private static final List<String[]> DANGEROUS = List.of(
            new String[] {"posix", "system"},
            new String[] {"os", "system"},
            new String[] {"nt", "system"},
            new String[] {"subprocess", "Popen"},
            new String[] {"builtins", "eval"},
            new String[] {"builtins", "exec"},
            new String[] {"builtins", "getattr"},
            new String[] {"__builtin__", "apply"},
            new String[] {"__main__", "Payload"},
            new String[] {"runpy", "_run_code"},
            new String[] {"pickle", "loads"},
            new String[] {"torch.storage", "_load_from_bytes"},
            new String[] {"torch", "load"},
            new String[] {"torch.hub", "load"},
            new String[] {"torch._utils", "_import_dotted_name"},
            new String[] {"collections", "OrderedDict.__init__"},
            new String[] {"numpy.core.multiarray", "fromfile"},
            new String[] {"argparse", "FileType"},
            new String[] {"shutil", "rmtree"},
            new String[] {"importlib", "import_module"},
            new String[] {"ctypes", "CDLL"},
            new String[] {"socket", "create_connection"},
            new String[] {"builtins", "__import__"},
            new String[] {"copyreg", "_reconstructor"},
            new String[] {"functools", "partial"},
            new String[] {"operator", "attrgetter"},
            new String[] {"torch.serialization", "load"},
            new String[] {"torch.jit", "load"},
            new String[] {"webbrowser", "open"},
            new String[] {"java.lang.Runtime", "getRuntime"});

    private final Map<String, byte[]> cases = new LinkedHashMap<>();

    private HostilePickles() {}

    static Map<String, byte[]> all() {
        HostilePickles pickles = new HostilePickles();
        pickles.calls();
        pickles.objects();
        pickles.opcodes();
        pickles.lengths();
        pickles.stack();
        pickles.nesting();
        pickles.identities();
        pickles.tensors();
        pickles.values();
        return pickles.cases;
    }

    private void add(String what, Consumer<PickleBytes> content) {
        PickleBytes pickle = PickleBytes.pickle();
        content.accept(pickle);
        if (cases.put(what, pickle.op('.').toBytes()) != null) {
            throw new IllegalStateException(what);
        }
    }

    /** Something dangerous, brought up in every way there is. */
    private void calls() {
        for (String[] each : DANGEROUS) {
            String name = each[0] + "." + each[1];
            add(
                    name + " by GLOBAL and REDUCE",
                    p -> p.global(each[0], each[1]).op('(').text("id").ops("tR"));
            add(
                    name + " by STACK_GLOBAL and REDUCE",
                    p -> p.stackGlobal(each[0], each[1]).op('(').text("id").ops("tR"));
            add(name + " by INST", p -> p.op('(').text("id").ops("i" + each[0] + "\n" + each[1] + "\n"));
            add(
                    name + " by OBJ",
                    p -> p.op('(').global(each[0], each[1]).text("id").op('o'));
            add(name + " by NEWOBJ", p -> p.global(each[0], each[1]).ops(")").op(0x81));
            add(
                    name + " by NEWOBJ_EX",
                    p -> p.global(each[0], each[1]).ops(")}").op(0x92));
            add(
                    name + " by BUILD",
                    p -> p.global(each[0], each[1])
                            .ops(")R}")
                            .text("__setstate__")
                            .text("x")
                            .ops("sb"));
            add(
                    name + " as a value",
                    p -> p.ops("}").text("state_dict").global(each[0], each[1]).op('s'));
        }
    }

    /** What is on the list, used as it must not be. */
    private void objects() {
        List<String[]> known = List.of(
                new String[] {"collections", "OrderedDict"},
                new String[] {"torch", "FloatStorage"},
                new String[] {"torch._utils", "_rebuild_tensor_v2"},
                new String[] {"torch", "Size"});
        for (String[] each : known) {
            String name = each[0] + "." + each[1];
            add("a known name, " + name + ", by INST", p -> p.op('(').ops("i" + each[0] + "\n" + each[1] + "\n"));
            add(
                    "a known name, " + name + ", by OBJ",
                    p -> p.op('(').global(each[0], each[1]).op('o'));
            add(
                    "a known name, " + name + ", by NEWOBJ",
                    p -> p.global(each[0], each[1]).op(')', 0x81));
            add(
                    "a known name, " + name + ", by NEWOBJ_EX",
                    p -> p.global(each[0], each[1]).op(')', '}', 0x92));
            add("a known name, " + name + ", as the value", p -> p.global(each[0], each[1]));
            add(
                    "a known name, " + name + ", in a list",
                    p -> p.op(']').global(each[0], each[1]).op('a'));
            add(
                    "a known name, " + name + ", given state",
                    p -> p.global(each[0], each[1]).ops("}b"));
            add(
                    "a known name, " + name + ", called with a list",
                    p -> p.global(each[0], each[1]).ops("]R"));
            add(
                    "a known name, " + name + ", called with numbers",
                    p -> p.global(each[0], each[1]).tuple(1, 2).op('R'));
        }
        List<String[]> passedOver =
                List.of(new String[] {"argparse", "Namespace"}, new String[] {"builtins", "set"}, new String[] {
                    "omegaconf.dictconfig", "DictConfig"
                });
        for (String[] each : passedOver) {
            String name = each[0] + "." + each[1];
            add(
                    "a class that is passed over, " + name + ", by INST",
                    p -> p.op('(').ops("i" + each[0] + "\n" + each[1] + "\n"));
            add(
                    "a class that is passed over, " + name + ", by OBJ",
                    p -> p.op('(').global(each[0], each[1]).op('o'));
            add("a class that is passed over, " + name + ", as the value", p -> p.global(each[0], each[1]));
            add(
                    "a class that is passed over, " + name + ", given state",
                    p -> p.global(each[0], each[1]).ops("}b"));
            add(
                    "a class that is passed over, " + name + ", made of a list",
                    p -> p.global(each[0], each[1]).op(']', 0x81));
            add(
                    "what is passed over, of " + name + ", called",
                    p -> p.global(each[0], each[1]).ops(")R)R"));
            add(
                    "what is passed over, of " + name + ", as a tensor's storage",
                    p -> p.global("torch._utils", "_rebuild_tensor_v2")
                            .op('(')
                            .global(each[0], each[1])
                            .ops(")R")
                            .number(0)
                            .tuple(1)
                            .tuple(1)
                            .ops("tR"));
        }
        add(
                "a tensor of a type of its own by another function",
                p -> p.global("torch._tensor", "_rebuild_from_type_v2")
                        .op('(')
                        .global("torch", "Size")
                        .op('N', ')', 'N', 't', 'R'));
        add("a call of text", p -> p.text("os.system").op('(').text("id").ops("tR"));
        add("a call of a tuple", p -> p.ops(")").ops(")R"));
        add(
                "__setstate__ of a list",
                p -> p.ops("]}").text("__setstate__").text("x").ops("sb"));
        add("__setstate__ of text", p -> p.text("x").ops("}b"));
        add("state of a dictionary that is text", p -> p.ops("}").text("x").op('b'));
        add("a set", p -> p.op(0x8f));
        add("a frozen set", p -> p.op('(', 0x91));
    }

    private void opcodes() {
        add("EXT1", p -> p.op(0x82, 1));
        add("EXT2", p -> p.op(0x83, 1, 0));
        add("EXT4", p -> p.op(0x84).i32(1));
        add("EXT4 negative", p -> p.op(0x84).i32(-1));
        add("PERSID", p -> p.ops("Pstorage\n"));
        add("NEXT_BUFFER", p -> p.op(0x97));
        add("BYTEARRAY8", p -> p.op(0x96).i64(1).op(0));
        add("protocol 77", p -> p.op(0x80, 77).op('N'));
        for (String text : List.of("F1.5\n", "I1\n", "L1L\n", "S'x'\n", "Vx\n", "g0\n", "Np0\n")) {
            add("protocol 0: " + text.strip(), p -> p.ops(text));
        }
        for (int code : new int[] {0, 1, 10, ' ', 'z', 0x7f, 0x99, 0xa0, 0xff}) {
            add(String.format("no opcode, 0x%02x", code), p -> p.op(code));
        }
    }

    private void lengths() {
        for (int length : new int[] {17, 255}) {
            add("LONG1 of " + length, p -> p.op(0x8a, length).ops("1".repeat(length)));
        }
        for (int length : new int[] {17, 1 << 20, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
            add("LONG4 of " + length, p -> p.op(0x8b).i32(length).ops("1234"));
        }
        for (int opcode : new int[] {'X', 'B', 'T'}) {
            for (int length : new int[] {1000, 1 << 30, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
                add(
                        (char) opcode + " of " + length,
                        p -> p.op(opcode).i32(length).ops("abc"));
            }
        }
        for (int opcode : new int[] {0x8d, 0x8e}) {
            for (long length : new long[] {1000, 1L << 32, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
                add(opcode + " of " + length, p -> p.op(opcode).i64(length).ops("abc"));
            }
        }
        for (int opcode : new int[] {0x8c, 'U', 'C'}) {
            add("short " + opcode + " of 255", p -> p.op(opcode, 255).ops("abc"));
        }
        add("text that is not UTF-8", p -> p.op('X').i32(2).op(0xc3, 0x28));
        add("a long name", p -> p.ops("c" + "a".repeat(5000) + "\nb\n"));
        add("a name without end", p -> p.ops("cos"));
    }

    private void stack() {
        for (String codes : List.of(
                "a", "Na", "NNa", "e", "(e", "N(e", "s", "Ns", "NNs", "NNNs", "u", "}(Nu", "N(NNu", "t", "l", "d",
                "(Nd", "R", "NR", "b", "Nb", "Q", "0", "1", "2", "(0", "(2", "h\0", "q\0", "(q\0", "", "NN", "(N", "(",
                "]Na(", ")Na")) {
            add("stack: '" + codes.replace("\0", "\\0") + "'", p -> p.ops(codes));
        }
        add("STACK_GLOBAL of numbers", p -> p.number(1).number(2).op(0x93));
        add("STACK_GLOBAL of one", p -> p.text("os").op(0x93));
        add("LONG_BINGET of nothing", p -> p.op('j').i32(7));
        add("LONG_BINGET negative", p -> p.op('N', 'r').i32(1).op('j').i32(-1));
        add("a list as key", p -> p.ops("}]Ns"));
        add("a tuple as key", p -> p.ops("})Ns"));
        add("a dictionary as key", p -> p.ops("}}Ns"));
    }

    private void nesting() {
        add("1,000 tuples, each in the next", p -> p.ops("N").ops("\u0085".repeat(1000)));
        add("1,000 lists, each in the next", p -> p.ops("]".repeat(1000)).ops("a".repeat(999)));
        add("1,000 dictionaries, each in the next", p -> {
            for (int i = 0; i < 1000; i++) {
                p.ops("}N");
            }
            p.ops("}").ops("s".repeat(1000));
        });
        add("30 tuples of two, shared", p -> p.ops("N").ops("2\u0086".repeat(30)));
        add("30 tuples of two, by memo", p -> {
            p.ops("N");
            for (int i = 0; i < 30; i++) {
                p.op(0x94, 'h', i, 0x86);
            }
        });
        add("10 lists of ten, shared", p -> {
            p.ops("]");
            for (int i = 0; i < 10; i++) {
                p.op('q', i, ']', '(');
                for (int j = 0; j < 10; j++) {
                    p.op('h', i);
                }
                p.op('e');
            }
        });
    }

    private void identities() {
        String storage = "a persistent identity: ";
        add(storage + "text", p -> p.text("0").op('Q'));
        add(storage + "empty", p -> p.ops(")Q"));
        add(
                storage + "a module",
                p -> p.op('(').text("module").text("x").text("y").text("z").ops("tQ"));
        add(
                storage + "no class",
                p -> p.op('(')
                        .text("storage")
                        .text("x")
                        .text("0")
                        .text("cpu")
                        .number(1)
                        .ops("tQ"));
        add(
                storage + "a number as key",
                p -> p.op('(')
                        .text("storage")
                        .global("torch", "FloatStorage")
                        .number(0)
                        .text("cpu")
                        .number(1)
                        .ops("tQ"));
        for (long elements : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, 100_000}) {
            add(storage + elements + " elements", p -> p.storage("FloatStorage", "0", "cpu", elements));
        }
        add(
                storage + "of a class not on the list",
                p -> p.op('(').text("storage").global("torch", "QInt8Storage"));
        add(storage + "a complex one", p -> p.op('(').text("storage").global("torch", "ComplexFloatStorage"));
        add(
                storage + "two sizes",
                p -> p.storage("FloatStorage", "0", "cpu", 4)
                        .storage("FloatStorage", "0", "cpu", 3)
                        .op(0x86));
        add(
                storage + "two types",
                p -> p.storage("FloatStorage", "0", "cpu", 4)
                        .storage("IntStorage", "0", "cpu", 4)
                        .op(0x86));
        add(
                storage + "a storage as value",
                p -> p.op(']').storage("FloatStorage", "0", "cpu", 4).op('a'));
        for (long[] view : new long[][] {{-1, 2}, {0, 5}, {3, 2}, {Long.MAX_VALUE, 2}, {0, -1}, {2, Long.MAX_VALUE}}) {
            add(
                    storage + "a view " + view[0] + " " + view[1],
                    p -> p.op('(')
                            .text("storage")
                            .global("torch", "FloatStorage")
                            .text("0")
                            .text("cpu")
                            .number(4)
                            .op('(')
                            .text("v")
                            .number(view[0])
                            .number(view[1])
                            .ops("ttQ"));
        }
        add(
                storage + "missing in the file",
                p -> p.global("torch._utils", "_rebuild_tensor_v2")
                        .op('(')
                        .storage("FloatStorage", "../../etc/passwd", "cpu", 1)
                        .number(0)
                        .tuple(1)
                        .tuple(1)
                        .op(0x89, '}', 't', 'R'));
    }

    private void tensors() {
        long max = Long.MAX_VALUE;
        long[][][] wrong = {
            {{5}, {1}, {0}},
            {{4}, {2}, {0}},
            {{2, 2}, {3, 1}, {0}},
            {{4}, {1}, {1}},
            {{1}, {1}, {4}},
            {{1}, {1}, {-1}},
            {{1}, {1}, {max}},
            {{-1}, {1}, {0}},
            {{4}, {-1}, {3}},
            {{max}, {1}, {0}},
            {{max, max}, {1, 1}, {0}},
            {{2}, {max}, {0}},
            {{max}, {0}, {0}},
            {{1L << 40}, {0}, {0}},
            {{1L << 31, 1L << 31}, {0, 0}, {0}},
            {{2, 2}, {1}, {0}},
            {{2}, {1, 1}, {0}},
            {{}, {}, {4}},
            {{1_000_000}, {0}, {0}},
        };
        for (long[][] t : wrong) {
            String what = java.util.Arrays.deepToString(t);
            add("a tensor " + what, p -> p.tensor(4, t[2][0], t[0], t[1]));
        }
        long[] many = new long[17];
        java.util.Arrays.fill(many, 1);
        add("a tensor of 17 dimensions", p -> p.tensor(4, 0, many, many));
        add(
                "a tensor of a shape in text",
                p -> p.global("torch._utils", "_rebuild_tensor_v2")
                        .op('(')
                        .storage("FloatStorage", "0", "cpu", 4)
                        .number(0)
                        .text("4")
                        .tuple(1)
                        .ops("tR"));
        add(
                "a tensor without storage",
                p -> p.global("torch._utils", "_rebuild_tensor_v2")
                        .op('(')
                        .text("0")
                        .number(0)
                        .tuple(1)
                        .tuple(1)
                        .ops("tR"));
        add(
                "a tensor of few arguments",
                p -> p.global("torch._utils", "_rebuild_tensor_v2").ops(")R"));
        add(
                "a tensor of many arguments",
                p -> p.global("torch._utils", "_rebuild_tensor_v2").ops("(NNNNNNNNNNtR"));
        add(
                "a parameter of text",
                p -> p.global("torch._utils", "_rebuild_parameter")
                        .op('(')
                        .text("x")
                        .ops("tR"));
        add("tensors that share one storage a thousand times", p -> {
            p.ops("](");
            for (int i = 0; i < 1000; i++) {
                p.tensor(4, 0, new long[] {4}, new long[] {1});
                // the file is longer than what its pickle takes, so each is counted against it
                p.tensor(4, 0, new long[] {20_000}, new long[] {0});
            }
            p.op('e');
        });
    }

    private void values() {
        String type = "a numpy number: ";
        add(
                type + "an object",
                p -> p.global("numpy", "dtype").op('(').text("O8").ops("tR"));
        add(type + "no name", p -> p.global("numpy", "dtype").ops(")R"));
        add(
                type + "big-endian",
                p -> p.global("numpy", "dtype")
                        .op('(')
                        .text("f8")
                        .ops("tR(")
                        .number(3)
                        .text(">")
                        .ops("tb"));
        add(type + "no bytes", p -> p.global("numpy.core.multiarray", "scalar").ops("(NNtR"));
        add(
                type + "too few bytes",
                p -> p.global("numpy.core.multiarray", "scalar")
                        .op('(')
                        .global("numpy", "dtype")
                        .op('(')
                        .text("f8")
                        .ops("tR")
                        .op('C', 3)
                        .ops("abctR"));
        add(
                type + "a type as value",
                p -> p.op(']').global("numpy", "dtype").op('(').text("f8").ops("tRa"));
        add(
                "bytes in another encoding",
                p -> p.global("_codecs", "encode")
                        .op('(')
                        .text("x")
                        .text("zlib")
                        .ops("tR"));
        add(
                "an OrderedDict of numbers",
                p -> p.global("collections", "OrderedDict").ops("((K\u0001K\u0002ltR"));
        Random random = new Random(31);
        for (int i = 0; i < 20; i++) {
            byte[] noise = new byte[200];
            random.nextBytes(noise);
            add("noise " + i, p -> {
                for (byte b : noise) {
                    p.op(b & 255);
                }
            });
        }
    }
}
