module.exports = require('../dist/libs/testing/servers/src/global-teardown.js').default;
