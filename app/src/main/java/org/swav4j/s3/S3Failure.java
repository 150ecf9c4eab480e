package org.swav4j.s3;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Set;
import org.swav4j.data.DataException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Why S3 does not give what it was asked for, in words. */
final class S3Failure {
    private static final Set<String> KEYS_REFUSED = Set.of(
            "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired");
    private static final Set<String> ELSEWHERE =
            Set.of("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException");

    private S3Failure() {}

    /** Why a folder cannot be listed. What would be missing from it is not known, so there is no going on. */
    static DataException ofFolder(String where, SdkException failure) {
        Exception why;
        try {
            why = ofObject(where, failure);
        } catch (DataException e) {
            return e;
        }
        if (why instanceof AccessDeniedException) {
            return new DataException(
                    where + ": permission denied; the credentials must allow to list the bucket", failure);
        }
        return new DataException(
                where + ": " + (why instanceof FileSystemException file ? file.getReason() : "there is no such bucket"),
                failure);
    }

    /**
     * Why a single object cannot be had, after all attempts.
     *
     * @return the server's own answer if it is missing, otherwise an {@code IOException} with the reason
     * @throws DataException if other objects cannot be had either
     */
    static Exception ofObject(String where, SdkException failure) {
        if (!(failure instanceof S3Exception s3)) {
            throw new DataException(where + ": " + clientSide(failure), failure);
        }
        String code = s3.awsErrorDetails() == null || s3.awsErrorDetails().errorCode() == null
                ? ""
                : s3.awsErrorDetails().errorCode();
        if (code.equals("NoSuchBucket")) {
            throw new DataException(where + ": there is no such bucket", failure);
        }
        if (KEYS_REFUSED.contains(code)) {
            throw new DataException(
                    where + ": the server refuses the credentials (" + code
                            + "); give valid ones as for the AWS command line",
                    failure);
        }
        if (ELSEWHERE.contains(code) || s3.statusCode() == 301) {
            throw new DataException(where + ": the bucket is in another region; set AWS_REGION to it", failure);
        }
        if (s3.statusCode() >= 500 || s3.isThrottlingException() || s3.isClockSkewException()) {
            throw new DataException(
                    where + ": the server fails, also when asked again and again (" + said(s3, code)
                            + "); try again later",
                    failure);
        }
        if (s3.statusCode() == 404) {
            return failure;
        }
        if (code.equals("InvalidObjectState")) {
            return new FileSystemException(where, null, "the object is archived; restore it first");
        }
        if (s3.statusCode() == 403) {
            return new AccessDeniedException(where, null, "permission denied");
        }
        return new FileSystemException(where, null, "the server answers " + said(s3, code));
    }

    private static String said(S3Exception failure, String code) {
        return failure.statusCode() + (code.isEmpty() ? "" : " " + code);
    }

    private static String clientSide(SdkException failure) {
        String message = String.valueOf(failure.getMessage());
        if (message.contains("Unable to load credentials") || message.contains("load credentials from")) {
            return "no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE,"
                    + " or run 'aws configure'";
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof UnknownHostException) {
            return "there is no server " + root.getMessage() + "; check the endpoint and the network";
        }
        if (root instanceof SocketTimeoutException || failure instanceof ApiCallTimeoutException) {
            return "the server does not answer in time, also when asked again and again; try again later";
        }
        if (root instanceof IOException) {
            return "the connection fails (" + root.getMessage() + "); check the endpoint and the network";
        }
        return message.lines().findFirst().orElse("");
    }
}
