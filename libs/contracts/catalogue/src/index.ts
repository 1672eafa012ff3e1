export { MESSAGES, messagesFor } from './messages';
