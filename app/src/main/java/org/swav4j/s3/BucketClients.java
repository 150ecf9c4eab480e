package org.swav4j.s3;

import java.time.Duration;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamException;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.nio.spi.s3.S3ClientProvider;
import software.amazon.nio.spi.s3.config.S3NioSpiConfiguration;

/**
 * Gives a bucket's file system its client. The one it would make itself needs native code, waits a minute for a server that
 * has stalled, and gives up after three attempts; this one waits seconds and tries for longer, since giving up ends a run.
 */
final class BucketClients extends S3ClientProvider {
    /** Seconds without a byte after which a request is made anew. */
    static final String TIMEOUT_PROPERTY = "swav.s3.timeout";

    private static final int ATTEMPTS = 8;
    /** More than there are workers; a connection is only made when none is free. */
    private static final int CONNECTIONS = 256;

    private final String bucket;
    private final boolean amazon;
    private S3AsyncClient client;

    BucketClients(S3NioSpiConfiguration configuration, String bucket, boolean amazon) {
        super(configuration);
        this.bucket = bucket;
        this.amazon = amazon;
        // pieces of a large object that are kept; they are read one after the other
        configuration.withMaxFragmentNumber(2);
    }

    @Override
    protected synchronized S3AsyncClient generateClient(String ignored) {
        if (client == null) {
            String place = (amazon ? "s3://" : "s3x://" + configuration.getEndpoint() + "/") + bucket;
            client = new BucketClient(place, bucket, configuration.getMaxFragmentSize(), connect());
        }
        return client;
    }

    private S3Client connect() {
        Duration patience = Duration.ofSeconds(Long.getLong(TIMEOUT_PROPERTY, 10));
        boolean elsewhere = !amazon || endpointIsSet();
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(ApacheHttpClient.builder()
                        .maxConnections(CONNECTIONS)
                        .connectionTimeout(patience.dividedBy(2))
                        .socketTimeout(patience))
                .overrideConfiguration(o -> o.apiCallAttemptTimeout(patience.multipliedBy(6))
                        .retryStrategy(StandardRetryStrategy.builder()
                                .maxAttempts(ATTEMPTS)
                                .backoffStrategy(delays(100))
                                .throttlingBackoffStrategy(delays(500))
                                // an answer cut off in the middle
                                .retryOnRootCauseInstanceOf(XMLStreamException.class)
                                // many workers failing at once are no reason to give up sooner
                                .circuitBreakerEnabled(false)
                                .build()))
                .region(region())
                .crossRegionAccessEnabled(!elsewhere)
                .forcePathStyle(elsewhere || configuration.getForcePathStyle());
        if (configuration.endpointUri() != null) {
            builder.endpointOverride(configuration.endpointUri());
        }
        AwsCredentialsProvider credentials = configuration.getCredentialsProvider();
        return credentials == null
                ? builder.build()
                : builder.credentialsProvider(credentials).build();
    }

    private static BackoffStrategy delays(int firstMillis) {
        return BackoffStrategy.exponentialDelay(Duration.ofMillis(firstMillis), Duration.ofSeconds(10));
    }

    /** Without a region of one's own any will do: Amazon's answer says where the bucket is, and other servers do not care. */
    private static Region region() {
        try {
            return new AwsRegionProviderChain(new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
                    .getRegion();
        } catch (SdkClientException e) {
            return Region.US_EAST_1;
        }
    }

    /** Whether {@code s3://} is not Amazon's; other servers have buckets in the path rather than in the host's name. */
    private static boolean endpointIsSet() {
        return Stream.of("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL").anyMatch(n -> System.getenv(n) != null)
                || Stream.of("aws.endpointUrlS3", "aws.endpointUrl").anyMatch(n -> System.getProperty(n) != null);
    }
}
