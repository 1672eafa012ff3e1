const Sequencer = require('@jest/test-sequencer').default;

/** Milliseconds that a file of a kind takes where nothing has been measured: of a clean clone on two cores. The first that fits. */
const LIKELY = [
  [/\/model(-mutations)?\.spec\.ts$/, 180_000],
  [/\/apps\/e2e\//, 90_000],
  [/\/faults\/.+\.it\.spec\.ts$/, 60_000],
  [/\.e2e-spec\.ts$/, 40_000],
  [/\.it\.spec\.ts$/, 20_000],
];

/**
 * The longest first. On a clean clone jest knows no times and takes the largest files first: then the check of the protocol, a
 * small file that takes minutes, begins last and one core waits for the other.
 */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => likelyMs(b) - likelyMs(a));
  }
};

function likelyMs({ duration, path }) {
  return duration ?? LIKELY.find(([kind]) => kind.test(path))?.[1] ?? 0;
}
