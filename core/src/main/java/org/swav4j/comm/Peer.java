package org.swav4j.comm;

import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * Another rank, and where its {@link RankWatch} answers.
 *
 * @param host its machine's name, for people
 * @param address by which the others reach it
 * @param token without which it answers nobody
 */
record Peer(int rank, String host, String address, int port, String token) {
    /** Longest question or answer, in bytes. */
    static final int LONGEST = 4096;

    private static final String ALIVE = "at ";

    /** What came of asking. */
    enum Condition {
        /** It answers, and says what it is doing. */
        ANSWERS,
        /** Its machine says that nobody listens there any more. */
        GONE,
        /** Something accepts the connection, but does not answer. */
        SILENT,
        /** There is no connection. */
        UNREACHABLE
    }

    /**
     * What a rank is doing.
     *
     * @param waiting whether it waits in an operation for others
     * @param text the same for people
     */
    record Doing(boolean waiting, String text) {
        String line() {
            return ALIVE + (waiting ? "waiting" : "working") + " " + text;
        }

        private static Doing of(String line) {
            String[] parts = line.split(" ", 3);
            return new Doing(parts[1].equals("waiting"), parts[2]);
        }
    }

    /** {@code doing} is null unless the rank answers. */
    record Answer(Peer peer, Condition condition, Doing doing) {
        boolean isLost() {
            return condition != Condition.ANSWERS;
        }
    }

    /** What the others are told of it. */
    String line() {
        return address + " " + port + " " + token;
    }

    static Peer of(int rank, String host, String line) {
        String[] parts = line.split(" ");
        return new Peer(rank, host, parts[0], Integer.parseInt(parts[1]), parts[2]);
    }

    /** Asks what it is doing. */
    Answer ask(int patienceMillis) {
        try (Socket socket = new Socket()) {
            try {
                socket.connect(new InetSocketAddress(address, port), patienceMillis);
            } catch (ConnectException e) {
                boolean refused = String.valueOf(e.getMessage()).contains("refused");
                return new Answer(this, refused ? Condition.GONE : Condition.UNREACHABLE, null);
            } catch (IOException e) {
                return new Answer(this, Condition.UNREACHABLE, null);
            }
            String answer = exchange(socket, RankWatch.ASK, patienceMillis);
            return answer.startsWith(ALIVE)
                    ? new Answer(this, Condition.ANSWERS, Doing.of(answer))
                    : new Answer(this, Condition.GONE, null);
        } catch (SocketTimeoutException e) {
            return new Answer(this, Condition.SILENT, null);
        } catch (IOException | RuntimeException e) {
            // what had been accepted was broken off, as the process ended
            return new Answer(this, Condition.GONE, null);
        }
    }

    /** Tells it something; it need not be there. */
    void tell(String news, int patienceMillis) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), patienceMillis);
            // whoever is stopped reads it when it goes on
            say(socket, news);
        } catch (IOException e) {
            // whoever cannot be told finds out
        }
    }

    private String exchange(Socket socket, String line, int patienceMillis) throws IOException {
        socket.setSoTimeout(patienceMillis);
        say(socket, line);
        return line(socket);
    }

    private void say(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((token + " " + line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** A line of bounded length; empty if there is none. */
    static String line(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStreamReader reader = new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8);
        for (int next = reader.read(); next >= 0 && next != '\n'; next = reader.read()) {
            if (text.length() >= LONGEST) {
                throw new IOException("too long a line");
            }
            text.append((char) next);
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return "rank " + rank + " (" + host + ")";
    }
}
