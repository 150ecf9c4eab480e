package org.swav4j.s3;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.swav4j.data.DataException;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * What the file system asks of S3, in as few requests as S3 can answer it. Left alone, the file system asks for every object's
 * size after it was listed, and again before it is read.
 *
 * <ul>
 *   <li>A listing says what the sizes are, so they are answered from it: a request for a thousand objects, not for each.
 *   <li>A size that is not known is asked for by getting the object's first piece, which is then there to be read: one
 *       request for an image.
 *   <li>Listed keys are given as {@code bucket/key}. The file system drops a bucket's name from the front of every path,
 *       also where it is the beginning of a key, as in the bucket {@code cats} of {@code cats-2024/a.jpg}.
 * </ul>
 *
 * <p>Objects are got on the calling thread. A request that S3 refuses for an object fails with an {@code IOException}; one that
 * says that nothing can be read any more throws {@link DataException}, which ends the command.
 */
final class BucketClient implements S3AsyncClient {
    /** More objects than are listed before they are visited. */
    private static final int REMEMBERED = 10_000;

    /** For a first look: a mistyped server is told sooner than a running training gives up on a lost one. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(30);

    private final String place;
    private final String bucket;
    private final int pieceBytes;
    private final S3Client s3;
    private final ExecutorService lister = Executors.newSingleThreadExecutor(BucketClient::daemon);
    /** One for each worker and bucket, so a static one would not do. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<Piece> piece = new ThreadLocal<>();

    private final Map<String, HeadObjectResponse> listed = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, HeadObjectResponse> eldest) {
            return size() > REMEMBERED;
        }
    };

    /**
     * @param place the bucket as messages name it, such as {@code s3://cats}
     * @param pieceBytes how much of an object the file system reads at once
     * @param s3 becomes this client's to close
     */
    BucketClient(String place, String bucket, int pieceBytes, S3Client s3) {
        this.place = place;
        this.bucket = bucket;
        this.pieceBytes = pieceBytes;
        this.s3 = s3;
    }

    /** How the file system must be given a key, so that it asks for that key. */
    static String path(String bucket, String key) {
        return bucket + "/" + key;
    }

    @Override
    public CompletableFuture<ListObjectsV2Response> listObjectsV2(ListObjectsV2Request request) {
        return request.delimiter() == null ? look(request) : list(request);
    }

    /** Whether there is anything below a prefix: a page of one object. */
    private CompletableFuture<ListObjectsV2Response> look(ListObjectsV2Request request) {
        String where = place + "/" + request.prefix();
        ListObjectsV2Response page;
        try {
            page = s3.listObjectsV2(request.toBuilder()
                    .maxKeys(1)
                    .overrideConfiguration(o -> o.apiCallTimeout(FIRST_LOOK))
                    .build());
        } catch (SdkException e) {
            throw S3Failure.ofFolder(where, e);
        }
        if (page.contents().isEmpty()) {
            throw new DataException(where + ": there is no such folder: no key in the bucket begins like that");
        }
        return CompletableFuture.completedFuture(page);
    }

    /**
     * A page of what is in a folder. Its publisher asks for the next one from within the answer; on a thread of its own that
     * takes turns, and no stack as deep as there are pages.
     */
    private CompletableFuture<ListObjectsV2Response> list(ListObjectsV2Request request) {
        CompletableFuture<ListObjectsV2Response> page = new CompletableFuture<>();
        lister.execute(() -> {
            try {
                page.complete(remember(s3.listObjectsV2(request)));
            } catch (SdkException e) {
                page.completeExceptionally(S3Failure.ofFolder(place + "/" + request.prefix(), e));
            } catch (RuntimeException e) {
                page.completeExceptionally(e);
            }
        });
        return page;
    }

    private ListObjectsV2Response remember(ListObjectsV2Response page) {
        synchronized (listed) {
            for (S3Object object : page.contents()) {
                // put again, as the youngest
                listed.remove(object.key());
                listed.put(object.key(), head(object.size(), object.eTag(), object.lastModified()));
            }
        }
        return page.toBuilder()
                .contents(page.contents().stream()
                        .map(o -> o.toBuilder().key(path(bucket, o.key())).build())
                        .toList())
                .commonPrefixes(page.commonPrefixes().stream()
                        .map(p -> CommonPrefix.builder()
                                .prefix(path(bucket, p.prefix()))
                                .build())
                        .toList())
                .build();
    }

    @Override
    public CompletableFuture<HeadObjectResponse> headObject(HeadObjectRequest request) {
        HeadObjectResponse known;
        synchronized (listed) {
            known = listed.remove(request.key());
        }
        if (known != null) {
            return CompletableFuture.completedFuture(known);
        }
        Piece held = piece.get();
        if (held == null || !held.key.equals(request.key())) {
            // let go of it before another is fetched
            piece.remove();
            return answer(place + "/" + request.key(), () -> first(request.key()).head);
        }
        return CompletableFuture.completedFuture(held.head);
    }

    /** Gets the first piece and keeps it for this thread, which will ask for it next. */
    private Piece first(String key) {
        Piece first;
        try {
            ResponseBytes<GetObjectResponse> got =
                    s3.getObjectAsBytes(g -> g.bucket(bucket).key(key).range(range(0, pieceBytes)));
            GetObjectResponse response = got.response();
            first = new Piece(key, got, head(bytes(response), response.eTag(), response.lastModified()));
        } catch (S3Exception e) {
            if (e.statusCode() != 416) {
                throw e;
            }
            // of an empty object no range can be had
            first = new Piece(key, null, head(0L, "", Instant.EPOCH));
        }
        piece.set(first);
        return first;
    }

    /** The whole object's size, of which the response may be a part. */
    private static long bytes(GetObjectResponse response) {
        String range = response.contentRange();
        return range == null
                ? response.contentLength()
                : Long.parseLong(range.substring(range.lastIndexOf('/') + 1).trim());
    }

    @Override
    public <T> CompletableFuture<T> getObject(
            GetObjectRequest request, AsyncResponseTransformer<GetObjectResponse, T> transformer) {
        Piece held = piece.get();
        if (held != null && held.answers(request)) {
            piece.remove();
            return give(held.bytes, transformer);
        }
        return answer(place + "/" + request.key(), () -> s3.getObjectAsBytes(request))
                .thenCompose(bytes -> give(bytes, transformer));
    }

    private static <T> CompletableFuture<T> give(
            ResponseBytes<GetObjectResponse> bytes, AsyncResponseTransformer<GetObjectResponse, T> transformer) {
        CompletableFuture<T> result = transformer.prepare();
        transformer.onResponse(bytes.response());
        transformer.onStream(SdkPublisher.adapt(AsyncRequestBody.fromBytesUnsafe(bytes.asByteArrayUnsafe())));
        return result;
    }

    private static <T> CompletableFuture<T> answer(String where, Supplier<T> request) {
        try {
            return CompletableFuture.completedFuture(request.get());
        } catch (SdkException e) {
            return CompletableFuture.failedFuture(S3Failure.ofObject(where, e));
        }
    }

    private static HeadObjectResponse head(Long bytes, String eTag, Instant modified) {
        return HeadObjectResponse.builder()
                .contentLength(bytes)
                .eTag(eTag)
                .lastModified(modified)
                .build();
    }

    private static String range(long from, long bytes) {
        return "bytes=" + from + "-" + (from + bytes - 1);
    }

    @Override
    public String serviceName() {
        return s3.serviceName();
    }

    @Override
    public void close() {
        lister.shutdownNow();
        s3.close();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "swav-s3-list");
        thread.setDaemon(true);
        return thread;
    }

    private record Piece(String key, ResponseBytes<GetObjectResponse> bytes, HeadObjectResponse head) {
        boolean answers(GetObjectRequest request) {
            return bytes != null
                    && key.equals(request.key())
                    && range(0, bytes.asByteArrayUnsafe().length).equals(request.range());
        }
    }
}
