package org.swav4j.dataset.fetch;

/** Names inside archives: only such as lead downwards, on every system. */
final class EntryName {
    private EntryName() {}

    /** Whether a {@code '/'}-separated name is relative, stays below where it starts, and has no odd characters. */
    static boolean safe(String name) {
        if (name.isEmpty() || name.length() > 1024) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < ' ' || c == 0x7F || c == '\\' || c == ':') {
                return false;
            }
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return true;
    }
}
