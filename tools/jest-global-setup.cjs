// Runs outside jest's own module system, from the compiled output: native import works there.
require('./build-sync.cjs');
module.exports = require('../dist/libs/testing/servers/src/global-setup.js').default;
