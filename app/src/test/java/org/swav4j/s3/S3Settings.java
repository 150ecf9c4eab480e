package org.swav4j.s3;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a user would set in the environment, for the duration of a test: credentials, the server, one second of patience. */
public final class S3Settings implements AutoCloseable {
    private final Map<String, String> before = new LinkedHashMap<>();

    public S3Settings(String endpoint) {
        set("aws.accessKeyId", "reader");
        set("aws.secretAccessKey", "secret");
        set("aws.endpointUrlS3", endpoint);
        set(BucketClients.TIMEOUT_PROPERTY, "1");
    }

    /** Null removes it. */
    public S3Settings set(String property, String value) {
        String old = value == null ? System.clearProperty(property) : System.setProperty(property, value);
        before.putIfAbsent(property, old);
        return this;
    }

    @Override
    public void close() {
        before.forEach((property, value) -> {
            if (value == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, value);
            }
        });
    }
}
