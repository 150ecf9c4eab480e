package org.swav4j.pickle;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of Python's pickle machine that tensors and plain values need. It runs nothing: a name outside {@link Global}'s
 * list is refused where it is met, whichever opcode brings it up, as is every opcode that makes an object. Work and memory
 * are bounded by {@link Budget}.
 */
final class PickleMachine {
    private static final int NEWEST_PROTOCOL = 5;

    private final PickleInput input;
    private final Budget budget;
    private final Constructions constructions;
    private final Names names;
    private final List<Object> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Long, Object> memo = new HashMap<>();

    private PickleMachine(PickleInput input, Constructions constructions, Names names) {
        this.input = input;
        this.budget = new Budget(input);
        this.constructions = constructions;
        this.names = names;
    }

    /**
     * Reads one pickle; the input stands behind it then.
     *
     * @param storages told of every storage named; null where there must be none
     * @param names what names mean
     * @return its value, as {@link TorchFile#root} describes
     * @throws org.swav4j.format.FormatException if it is none, or not one of tensors and plain values
     */
    static Object read(PickleInput input, StorageTable storages, Names names) throws IOException {
        PickleMachine machine = new PickleMachine(input, new Constructions(input, storages), names);
        while (machine.step()) {
            machine.budget.opcode();
        }
        Object value = machine.stack.remove(machine.stack.size() - 1);
        if (value instanceof Global) {
            throw input.failure(input.position(), "refused: a pickle of a class instead of a value");
        }
        return value;
    }

    /** Returns false at the pickle's end. */
    private boolean step() throws IOException {
        long at = input.position();
        int code = input.u8();
        switch (code) {
            case Opcode.PROTO -> protocol(at);
            case Opcode.FRAME -> input.unsigned(8);
            case Opcode.STOP -> {
                require(stack.size() == 1 && marks.isEmpty(), at, "an end with " + stack.size() + " values");
                return false;
            }
            case Opcode.MARK -> mark(at);
            case Opcode.POP -> pop(at);
            case Opcode.POP_MARK -> sinceMark(at);
            case Opcode.DUP -> push(top(at));
            case Opcode.NONE -> push(null);
            case Opcode.NEWTRUE -> push(true);
            case Opcode.NEWFALSE -> push(false);
            case Opcode.BININT -> number(input.i32());
            case Opcode.BININT1 -> number(input.unsigned(1));
            case Opcode.BININT2 -> number(input.unsigned(2));
            case Opcode.LONG1 -> integer(at, input.unsigned(1));
            case Opcode.LONG4 -> integer(at, input.i32());
            case Opcode.BINFLOAT -> binfloat();
            case Opcode.BINUNICODE -> text(input.unsigned(4));
            case Opcode.SHORT_BINUNICODE -> text(input.unsigned(1));
            case Opcode.BINUNICODE8 -> text(input.unsigned(8));
            case Opcode.SHORT_BINSTRING -> oldText(input.unsigned(1));
            case Opcode.BINSTRING -> oldText(input.i32());
            case Opcode.SHORT_BINBYTES -> push(bytes(input.unsigned(1)));
            case Opcode.BINBYTES -> push(bytes(input.unsigned(4)));
            case Opcode.BINBYTES8 -> push(bytes(input.unsigned(8)));
            case Opcode.EMPTY_LIST -> container(PickledList.list(List.of()), 0);
            case Opcode.EMPTY_TUPLE -> container(PickledList.tuple(List.of()), 0);
            case Opcode.EMPTY_DICT -> container(new PickledDict(), 0);
            case Opcode.LIST -> list(at);
            case Opcode.TUPLE -> tuple(sinceMark(at));
            case Opcode.TUPLE1 -> tuple(last(1, at));
            case Opcode.TUPLE2 -> tuple(last(2, at));
            case Opcode.TUPLE3 -> tuple(last(3, at));
            case Opcode.DICT -> dict(at);
            case Opcode.APPEND -> append(last(1, at), at);
            case Opcode.APPENDS -> append(sinceMark(at), at);
            case Opcode.SETITEM -> set(last(2, at), at);
            case Opcode.SETITEMS -> set(sinceMark(at), at);
            case Opcode.BINPUT -> remember(input.unsigned(1), at);
            case Opcode.LONG_BINPUT -> remember(input.unsigned(4), at);
            case Opcode.MEMOIZE -> remember(memo.size(), at);
            case Opcode.BINGET -> recall(input.unsigned(1), at);
            case Opcode.LONG_BINGET -> recall(input.unsigned(4), at);
            case Opcode.GLOBAL -> push(global(input.line(), input.line(), at));
            case Opcode.STACK_GLOBAL -> stackGlobal(at);
            case Opcode.BINPERSID -> push(constructions.persistent(pop(at), at));
            case Opcode.REDUCE -> reduce(at);
            case Opcode.NEWOBJ -> passOver(last(2, at), code, at);
            case Opcode.NEWOBJ_EX -> passOver(last(3, at), code, at);
            case Opcode.BUILD -> build(at);
            case Opcode.INST -> {
                global(input.line(), input.line(), at);
                throw refused(Opcode.name(code), at);
            }
            default -> throw refused(Opcode.name(code), at);
        }
        return true;
    }

    private void protocol(long at) throws IOException {
        long version = input.unsigned(1);
        require(version <= NEWEST_PROTOCOL, at, "pickle protocol " + version);
    }

    private void mark(long at) throws IOException {
        require(marks.size() < Budget.STACK, at, "more than " + Budget.STACK + " marks");
        budget.memory(Budget.NUMBER_BYTES);
        marks.add(stack.size());
    }

    private void push(Object value) throws IOException {
        require(stack.size() < Budget.STACK, input.position(), "more than " + Budget.STACK + " values at once");
        stack.add(value);
    }

    private Object top(long at) throws IOException {
        require(stack.size() > floor(), at, "a value that is not there");
        return stack.get(stack.size() - 1);
    }

    private Object pop(long at) throws IOException {
        Object value = top(at);
        stack.remove(stack.size() - 1);
        return value;
    }

    private int floor() {
        return marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    }

    /** Takes the last few values off. */
    private List<Object> last(int count, long at) throws IOException {
        require(stack.size() - count >= floor(), at, "a value that is not there");
        return cut(stack.size() - count);
    }

    /** Takes all values off that follow the last mark, and the mark. */
    private List<Object> sinceMark(long at) throws IOException {
        require(!marks.isEmpty(), at, "the end of a list that has no beginning");
        return cut(marks.remove(marks.size() - 1));
    }

    private List<Object> cut(int from) {
        List<Object> tail = stack.subList(from, stack.size());
        List<Object> values = new ArrayList<>(tail);
        tail.clear();
        return values;
    }

    private void number(long value) throws IOException {
        budget.memory(Budget.NUMBER_BYTES);
        push(value);
    }

    private void integer(long at, long length) throws IOException {
        require(
                length >= 0 && length <= Budget.INTEGER_BYTES,
                at,
                "an integer of " + length + " bytes, where " + Budget.INTEGER_BYTES + " are the most,");
        byte[] bytes = input.bytes(length);
        for (int i = 0; i < bytes.length / 2; i++) {
            byte swapped = bytes[i];
            bytes[i] = bytes[bytes.length - 1 - i];
            bytes[bytes.length - 1 - i] = swapped;
        }
        BigInteger value = bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
        budget.memory(3 * Budget.NUMBER_BYTES);
        if (value.bitLength() < Long.SIZE) {
            push(value.longValue());
        } else {
            push(value);
        }
    }

    private void binfloat() throws IOException {
        budget.memory(Budget.NUMBER_BYTES);
        push(Double.longBitsToDouble(Long.reverseBytes(input.unsigned(8))));
    }

    private void text(long length) throws IOException {
        budget.text(length);
        push(input.text(length));
    }

    /** Python 2's strings are bytes; those in checkpoints are ASCII. */
    private void oldText(long length) throws IOException {
        budget.text(length);
        push(new String(input.bytes(length), StandardCharsets.ISO_8859_1));
    }

    private byte[] bytes(long length) throws IOException {
        budget.text(length);
        return input.bytes(length);
    }

    private void container(Container container, int values) throws IOException {
        budget.memory(Budget.CONTAINER_BYTES + (long) values * Budget.ITEM_BYTES);
        budget.nesting(container);
        push(container);
    }

    private void list(long at) throws IOException {
        List<Object> values = values(sinceMark(at), at);
        container(PickledList.list(values), values.size());
    }

    /** A tuple may hold classes: of a persistent identity, the class of its storage. */
    private void tuple(List<Object> values) throws IOException {
        container(PickledList.tuple(values), values.size());
    }

    private void dict(long at) throws IOException {
        List<Object> values = sinceMark(at);
        PickledDict dict = new PickledDict();
        put(dict, values, at);
        container(dict, 0);
    }

    private void append(List<Object> values, long at) throws IOException {
        if (top(at) instanceof PassedOver) {
            return;
        }
        require(top(at) instanceof PickledList list && !list.isTuple(), at, "appending to what is no list");
        PickledList list = (PickledList) top(at);
        budget.memory((long) values.size() * Budget.ITEM_BYTES);
        for (Object value : values(values, at)) {
            list.add(value);
        }
        budget.nesting(list);
    }

    private void set(List<Object> values, long at) throws IOException {
        if (top(at) instanceof PassedOver) {
            return;
        }
        require(top(at) instanceof PickledDict, at, "an entry of what is no dictionary");
        put((PickledDict) top(at), values, at);
    }

    private void put(PickledDict dict, List<Object> values, long at) throws IOException {
        require(values.size() % 2 == 0, at, "a key without a value");
        budget.memory((long) values.size() / 2 * Budget.ENTRY_BYTES);
        values(values, at);
        for (int i = 0; i < values.size(); i += 2) {
            constructions.put(dict, values.get(i), values.get(i + 1), at);
        }
        budget.nesting(dict);
    }

    /** What takes part in making tensors is no value. */
    private List<Object> values(List<Object> values, long at) throws IOException {
        for (Object value : values) {
            boolean plain =
                    !(value instanceof Global) || value instanceof Global.TypeName || value instanceof Global.Passive;
            require(plain, at, "a class as a value");
            require(!(value instanceof Storage.View), at, "a storage as a value");
        }
        return values;
    }

    private void remember(long index, long at) throws IOException {
        Object value = top(at);
        require(memo.size() < Budget.MEMO || memo.containsKey(index), at, "more than " + Budget.MEMO + " memos");
        budget.memory(Budget.ENTRY_BYTES);
        memo.put(index, value);
    }

    private void recall(long index, long at) throws IOException {
        require(memo.containsKey(index), at, "memo " + index + ", which is not there,");
        push(memo.get(index));
    }

    private void stackGlobal(long at) throws IOException {
        List<Object> names = last(2, at);
        require(
                names.get(0) instanceof String && names.get(1) instanceof String,
                at,
                "a name that is no text, of a class,");
        push(global((String) names.get(0), (String) names.get(1), at));
    }

    private Global global(String module, String name, long at) throws IOException {
        budget.memory(Budget.NUMBER_BYTES);
        Global global = names.meaning(module, name).orElseThrow(() -> constructions.unknown(module, name, at));
        if (global instanceof Global.Passive passive) {
            budget.memory(Budget.ENTRY_BYTES + 4L * passive.type().length());
        }
        return global;
    }

    private void reduce(long at) throws IOException {
        List<Object> call = last(2, at);
        budget.memory(Budget.TENSOR_BYTES);
        Object made = constructions.apply(call.get(0), call.get(1), at);
        if (made instanceof Container container) {
            budget.nesting(container);
        }
        push(made);
    }

    /** What would make an object, of a class that stands for nothing. */
    private void passOver(List<Object> call, int code, long at) throws IOException {
        require(call.get(0) instanceof Global.Passive, at, Opcode.name(code));
        require(call.get(1) instanceof PickledList list && list.isTuple(), at, "a call without arguments");
        budget.memory(Budget.NUMBER_BYTES);
        push(new PassedOver(((Global.Passive) call.get(0)).type()));
    }

    private void build(long at) throws IOException {
        Object state = pop(at);
        constructions.build(top(at), state, at);
    }

    private void require(boolean holds, long at, String found) throws IOException {
        if (!holds) {
            throw refused(found, at);
        }
    }

    private IOException refused(String found, long at) {
        return input.failure(at, "refused: " + found);
    }
}
