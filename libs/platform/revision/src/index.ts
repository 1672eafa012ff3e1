export { etagOf, requireMatch } from './revision';
