import 'reflect-metadata';
import { runApi } from '@stead/platform/service';
import { loadConfig } from './config';
import { dispatcherService } from './service';

void runApi(dispatcherService, loadConfig(process.env));
