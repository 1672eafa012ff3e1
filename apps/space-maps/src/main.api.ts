import 'reflect-metadata';
import { runMain } from '@stead/platform/lifecycle';
import { runApi } from '@stead/platform/service';
import { loadConfig } from './config';
import { spaceMapsService } from './service';

runMain(async () => runApi(spaceMapsService, loadConfig(process.env)));
