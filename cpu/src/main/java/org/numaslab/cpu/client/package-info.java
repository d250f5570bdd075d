/// The kernel's memory API for Java programs: tasks on emulated CPUs call what kernel code calls,
/// under the same names in Java spelling, and get the same answers. Models Linux 6.1.
///
/// A program starts tasks with [Kthreads]; each gets itself as `current` and does everything
/// through it. Tests are in `org.numaslab.coordinator.client`; each runs on the simulated machine
/// with three seeds, instant and delayed delivery, and on the embedded one.
///
/// | feature | kernel function | test | departure |
/// |---|---|---|---|
/// | tasks | kthread_run_on_cpu, cond_resched | TasksTest.aTaskRunsOnItsCpuUntilItReturns, TasksTest.tasksOfOneCpuTakeTurns | a task may keep its cpu for 256 operations |
/// | waiting | wait_event, wait_for_completion, kfifo | TasksTest.aTaskWaitsForACompletion, TasksTest.whatOneTaskPutsInAFifoAnotherTakesOutInOrder, TasksTest.aTaskThatWaitsForEverIsNamed | no time limits |
/// | atomic context | might_sleep, schedule_debug | TasksTest.sleepingInAtomicContextIsTold | no interrupt context |
/// | caches | kmem_cache_create, _alloc, _alloc_node, _zalloc, _free, _size | CachesTest.anObjectIsTakenAndGivenBack, CachesTest.anObjectComesFromTheNodeThatIsNamed | - |
/// | constructors | ctor | CachesTest.aConstructorRunsOncePerObjectOfASlabAndWhatItWroteStays | - |
/// | structures | KMEM_CACHE | CachesTest.aStructureIsACacheAndItsFieldsAreReadAndWritten | fields are read and written by copies |
/// | flags of caches | HWCACHE_ALIGN, CACHE_DMA, CACHE_DMA32, RECLAIM_ACCOUNT, ACCOUNT, MEM_SPREAD | CachesTest.flagsMakeTheCacheThatTheyAskFor | MEM_SPREAD means nothing, as to slub |
/// | PANIC | panic in kmem_cache_create_usercopy | CachesTest.aKernelThatCannotHaveACacheWithPanicPanics | ends the machine, not the JVM |
/// | merging, NO_MERGE | find_mergeable | CachesTest.requestsThatFitAnOlderCacheJoinIt | NO_MERGE is of 6.5 |
/// | bulk | kmem_cache_alloc_bulk, kmem_cache_free_bulk | CachesTest.bulkAllocationGivesAllOrNone, MisuseTest.bulksOfNothingAndOfNullAreTold | counts beyond the array are a Java error |
/// | shrink | kmem_cache_shrink | CachesTest.shrinkingGivesEmptySlabsBack | - |
/// | destroy | kmem_cache_destroy | CachesTest.destroyingNothingIsNothing, CachesTest.whatIsAliveWhenItsCacheIsDestroyedIsListedAndStays, CachesTest.aCacheThatIsGoneMustNotBeUsed, CachesTest.aCacheThatIsDestroyedWhileOthersAllocateEndsForThem | use after destroy is found, as by KASAN |
/// | refused requests | kmem_cache_sanity_check, sysfs_slab_add | CachesTest.impossibleRequestsAreRefusedAsTheKernelRefusesThem, CachesTest.aNameOfACacheOfItsOwnIsTakenUntilItIsDestroyed, CachesTest.aSeparatorInANameStandsAsAnExclamationMark, CachesTest.aConstructorSwitchesThePoisonOfObjectsOff | a size of 0, an alignment that is no power of two and names above 255 characters are refused, too |
/// | usercopy region | kmem_cache_create_usercopy | CachesTest.aRegionForUserspaceMustLieInTheObject | only its size is kept |
/// | kmalloc, families, pages | kmalloc, kmalloc_node, kmalloc_large_node, kfree | KmallocTest.givesMemoryOfTheAskedSizeOnTheAskedNode, GfpTest.accountTakesACacheOfItsOwn, MisuseTest.kfreeTakesObjectsOfAnyCache | - |
/// | nothing | ZERO_SIZE_PTR | KmallocTest.nothingIsAPointerOfItsOwn | - |
/// | zeros | kzalloc, __GFP_ZERO | KmallocTest.kzallocGivesZerosEverywhere, GfpTest.zeroClears | - |
/// | arrays | kmalloc_array, kcalloc | KmallocTest.anArrayThatIsTooLargeForALongIsRefused | - |
/// | another size | krealloc | KmallocTest.kreallocKeepsWhatWasThere, MisuseTest.kreallocClearsNoMoreThanWhatIsNew | - |
/// | wrong frees | cache_from_obj, set_freepointer, free_consistency_checks | MisuseTest.aFreeOfNullIsTold, MisuseTest.aFreeOfNoMemoryStopsTheMachine, MisuseTest.anInteriorPointerIsReportedByADebugCache, MisuseTest.anInteriorPointerToAnotherNodeStopsTheMachine, MisuseTest.anObjectOfAnotherCacheIsToldAndGoesWhereItBelongs, MisuseTest.aDoubleFreeInARowOnOneCpuStopsTheMachine, MisuseTest.aDoubleFreeIsReportedByADebugCacheFromEveryCpu, MisuseTest.aDoubleFreeInARowWithinOneBulkStopsTheMachine, MisuseTest.kfreeWithinPagesStopsTheMachine | a free of pages that are no slab stops a machine whose cache does not check |
/// | ksize | ksize | MisuseTest.ksizeOfAnObjectThatIsSeenToBeFreeIsTold | free objects on CPUs' lists are not seen |
/// | unknown node | ___slab_alloc | MisuseTest.aNodeThatThereIsNotIsNoWish | - |
/// | contents | memcpy, memset, memcmp | ContentsTest.whatIsWrittenIsReadOnEveryNode, ContentsTest.anAccessBeyondItsObjectChangesNothing, ContentsTest.memoryOfNobodyIsAFault | bounds as KASAN finds them |
/// | the object of an address | virt_to_slab, kmem_obj_info | ContentsTest.anAddressTellsItsObject | - |
/// | devices | devm_kmalloc, _kzalloc, _kcalloc, _kstrdup, _kfree, _krealloc | DevresTest.devmKmallocTakesMemoryOfTheDevicesNodeWithAHeaderBeforeIt, DevresTest.devmKzallocAndDevmKcallocGiveZeros, DevresTest.devmKstrdupAndDevmKmemdupCopy, DevresTest.devmKreallocKeepsTheContentsAndThePlaceInTheOrder, DevresTest.whatAnotherDeviceOwnsIsWarnedOfAndStays | lists are in Java |
/// | a device goes | devres_release_all, devm_add_action | DevresTest.allOfADeviceGoesBackNewestFirst, DevresTest.anActionIsRemovedOrDoneAtOnce | - |
/// | groups | devres_open_group, _release_group | DevresTest.aGroupGoesBackWithTheGroupsInIt, DevresTest.groupsThatOverlapKeepWhatLiesOutside | - |
/// | pages | alloc_pages_node, free_pages | PagesTest.aBlockIsAlignedToItsSizeOnTheAskedNode, PagesTest.aBlockThatIsNoneIsABadPage | every block is compound |
/// | mempools | mempool_create, _alloc, _free, _resize, _destroy | MempoolTest.aPoolHasItsReserveFromTheBegin, MempoolTest.theReserveServesWhenThereIsNoMemory, MempoolTest.whoMayBlockWaitsForAnElementThatComesBack, MempoolTest.aPoolIsResized | waits without the 5 seconds' limit |
/// | readers | rcu_read_lock, synchronize_rcu | RcuTest.synchronizeRcuWaitsForReadersOfItsCpuAndOfOtherNodes, RcuTest.readersThatCameLaterAreNotWaitedFor, RcuTest.sleepingInASectionIsTold | - |
/// | callbacks | call_rcu, rcu_barrier, kfree_rcu | RcuTest.callbacksRunOnTheirCpuInOrderAfterTheReaders, RcuTest.rcuBarrierWaitsForCallbacksOfAllCpus, RcuTest.memoryOfKfreeRcuStaysForTheReaders, RcuTest.kfreeRcuAndDestroyAtOnceIsClean | destroy waits for kfree_rcu, as since 6.12 |
/// | TYPESAFE_BY_RCU | rcu_free_slab | RcuTest.pagesOfATypesafeByRcuCacheStayForTheReaders, RcuTest.aFreedObjectOfATypesafeByRcuCacheStaysOne | - |
/// | GFP_KERNEL, reclaim | __alloc_pages_slowpath | ReclaimTest.kernelRequestsGetWhatShrinkersFree, ReclaimTest.kernelGivesUpAfterSeventeenRoundsWithoutProgress, ReclaimLimitsTest.reclaimEndsWhen32PagesOfSlabsAreFree | no OOM killer: NULL, as a killed process gets |
/// | ATOMIC, HIGH, NOWAIT | gfp_to_alloc_flags | ReclaimTest.atomicDrawsOnTheReservesAndDoesNotReclaim, ReclaimTest.highDrawsOnLessOfTheReservesThanAtomic, ReclaimTest.nowaitNeitherReclaimsNorDrawsOnTheReserves | - |
/// | NOIO, NOFS | shrink_control.gfp_mask | ReclaimTest.nofsAndNoioTellShrinkersWhatTheyMayNotDo | the kernel retries these for ever |
/// | NORETRY, RETRY_MAYFAIL, NOFAIL | should_reclaim_retry | ReclaimTest.noretryReclaimsOnce, ReclaimTest.retryMayfailMakesCostlyOrdersTryLonger, ReclaimTest.nofailGoesOnUntilOthersFree | - |
/// | THISNODE | ZONELIST_NOFALLBACK | ReclaimTest.thisnodeReclaimsOnThatNodeOnly | - |
/// | DMA, DMA32 | gfp_zone | GfpTest.dmaIsBelow16Mebibytes, GfpTest.dma32IsBelow4Gibibytes | - |
/// | shrinkers | do_shrink_slab, register_shrinker | ShrinkerTest.eachPriorityAsksForTwiceAsMuchAsTheLastInPortionsOfTheBatch, ShrinkerTest.oneThatStopsIsAskedAgainAtTheNextPriorityOnly, ShrinkerTest.oneThatIsUnregisteredIsNotAsked | no memory groups |
/// | reports of memory that ran out, NOWARN | slab_out_of_memory, warn_alloc | OomReportsTest.theLogSaysWhatWasWantedAndWhatEachNodeHas, OomReportsTest.nowarnSaysNothing | no stack |
/// | mempolicies: default, local | get_task_policy | MempolicyTest.withoutAPolicySlabsAreLocal, MempolicyTest.localIsTheNodeOfTheCpu | - |
/// | bind, preferred, preferred-many | policy_nodemask, policy_node | MempolicyTest.bindFailsWhenItsNodesAreFull, MempolicyTest.preferredGoesElsewhereWhenItsNodeIsFull, MempolicyTest.preferredManyTriesItsNodesFirst | - |
/// | interleave, weighted interleave | interleave_nodes | MempolicyTest.interleaveTakesTheNodesInTurnSlabBySlab, MempolicyTest.weightedInterleaveGivesEachNodeItsShare | weights are of 6.9 |
/// | CPUs off and on line | slub_cpu_dead, add_cpu | CpuHotplugTest.aCpuThatGoesOffLineGivesBackItsSlabs, CpuHotplugTest.theTasksOfACpuGoOnOnAnotherOfItsNodeAndThenOnAny, CpuHotplugTest.aCpuComesBackAndTakesTasks, CpuHotplugTest.theLastCpuStaysOnLine | no task is parked |
/// | memory off and on line | offline_pages, slab_mem_going_offline_callback | MemoryHotplugTest.memoryGoesOffLineAfterItsCachesAreShrunk, MemoryHotplugTest.aLiveObjectVetoesAndTheMemoryStaysInUse, MemoryHotplugTest.memoryComesBackEmpty | empty slabs do not veto |
/// | new CPUs and nodes | memhp_default_state= | MemoryHotplugTest.aNewNodeComesAtRunTime | possible from boot, as the kernel's |
@NullMarked
package org.numaslab.cpu.client;

import org.jspecify.annotations.NullMarked;
