import Multiprocessing
import Testing
