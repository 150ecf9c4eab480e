package org.swav4j.export;

/** Element types, by ONNX's numbers. */
final class OnnxType {
    static final int FLOAT = 1;
    static final int UINT8 = 2;

    private OnnxType() {}
}
