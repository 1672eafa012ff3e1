import 'reflect-metadata';
import { runMain } from '@stead/platform/lifecycle';
import { runApi } from '@stead/platform/service';
import { loadConfig } from './config';
import { viewingService } from './service';

runMain(async () => runApi(viewingService, loadConfig(process.env)));
