package org.swav4j.report;

/** A report as one HTML file that holds everything it shows. */
final class ReportPage {
    private final Report report;

    ReportPage(Report report) {
        this.report = report;
    }

    String html() {
        return "<!DOCTYPE html><title>" + report.name() + "</title>";
    }
}
