export { CannotOpen, SecretBox } from './secret-box';
