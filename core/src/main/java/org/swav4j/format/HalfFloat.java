package org.swav4j.format;

/** IEEE 754's numbers of 16 bits; Java has them from version 20 on. */
public final class HalfFloat {
    private static final float SMALLEST = 0x1p-24f;

    private HalfFloat() {}

    /** The number that the bits stand for, exactly. */
    public static float toFloat(short bits) {
        int exponent = bits >> 10 & 31;
        int fraction = bits & 1023;
        int sign = bits & 0x8000;
        if (exponent == 0) {
            return sign == 0 ? fraction * SMALLEST : -fraction * SMALLEST;
        }
        // all ones are infinity and what is no number, in either width
        int wide = exponent == 31 ? 255 : exponent + 127 - 15;
        return Float.intBitsToFloat(sign << 16 | wide << 23 | fraction << 13);
    }
}
