import 'reflect-metadata';
import { runMain } from '@stead/platform/lifecycle';
import { runApi } from '@stead/platform/service';
import { loadConfig } from './config';
import { dispatcherService } from './service';

runMain(async () => runApi(dispatcherService, loadConfig(process.env)));
