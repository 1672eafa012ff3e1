import 'reflect-metadata';
import { publicApi } from './public-api';

process.stdout.write(`${JSON.stringify(publicApi(), null, 2)}\n`);
