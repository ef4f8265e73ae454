/**
 * The tests of cli/, in one isolate: to make one takes longer than most of these files.
 * One of them alone: `deno task test tests/cli/help_test.ts`
 *
 * @module
 */
import "./cli/args_test.ts";
import "./cli/colour_test.ts";
import "./cli/diagram_test.ts";
import "./cli/drawing_test.ts";
import "./cli/files_test.ts";
import "./cli/gather_test.ts";
import "./cli/help_test.ts";
import "./cli/hosts_test.ts";
import "./cli/interrupt_test.ts";
import "./cli/knobs_test.ts";
import "./cli/losing_test.ts";
import "./cli/options_test.ts";
import "./cli/output_test.ts";
import "./cli/permissions_test.ts";
import "./cli/play_test.ts";
import "./cli/run_test.ts";
import "./cli/steady_test.ts";
import "./cli/traffic_test.ts";
