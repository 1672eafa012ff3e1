export { loadFrom, ConfigError, secret, port, url, flag } from './load';
