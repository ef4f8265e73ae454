/**
 * The tests that run lessons, change files, or end the book. Most have a copy of the project. They share one
 * Chromium, and run beside those of reading.ts.
 *
 * @module
 */
import "./check_test.ts";
import "./edit_test.ts";
import "./keyboard_test.ts";
import "./recordings_test.ts";
import "./refusals_test.ts";
import "./robust_test.ts";
import "./run_test.ts";
import "./save_test.ts";
import "./site_test.ts";
import "./source_test.ts";
import "./static_test.ts";
import "./typed_test.ts";
import "./web_transport_test.ts";
