export { Malformed } from './malformed';
