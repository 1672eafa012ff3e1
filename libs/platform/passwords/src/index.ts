export { addressGroup } from './address-group';
export { Guesses } from './guesses';
export { hashPassword, verifyPassword } from './hash';
export { RedisGuesses } from './redis-guesses';
